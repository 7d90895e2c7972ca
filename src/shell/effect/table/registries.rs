//! Registries and stores: what publishes packages, images and applications.

use super::{EffectRow, checks, reaches};

pub(super) const ROWS: &[EffectRow] = &[
    reaches(
        "publish",
        "npm|pnpm|yarn|bun|deno|cargo|poetry|uv|pdm|hatch|flit|rye|lerna|nx publish, pnpm -r publish, yarn \
         npm publish, yarn workspaces publish, jsr|vsce|ovsx publish|package-publish, np, changeset \
         publish, cargo release --execute|-x, beachball publish, semantic-release, release-it, auto shipit|release, shipjs trigger|\
         release, rush publish, nx release, lerna publish, release-plz release|release-pr, cargo release|\
         workspaces|ws, cargo-release, cargo dist host|announce|upload, lerna version, cargo smart-release, twine upload|\
         register, gem push|release, rake release, mix hex.publish, rebar3 hex publish, gleam publish, \
         flutter|dart pub publish, pod trunk, pod repo push, mvn deploy|release:perform|release:prepare|\
         nexus-staging:release, gradle publish|publishPlugins|publishAllPublicationsToMavenRepository|\
         uploadArchives|closeAndReleaseRepository, sbt publish|publishSigned|release|sonatypeRelease|\
         sonatypeBundleRelease|ci-release, mill mill.scalalib.PublishModule*, lein deploy|release, clojure \
         -T:build, nuget|choco push, dotnet nuget push, paket push, stack upload, cabal upload, elm|spago \
         publish, pulp publish, opam publish|submit, dune-release, luarocks upload, cpan-upload, shards \
         publish, helm push, helm cm-push|registry, oras push|attach|copy|cp, crane push|copy|cp|append|\
         mutate|delete|tag, skopeo copy|delete|sync, cosign sign|attest|attach|copy, conan upload, vcpkg \
         x-publish, conda upload, anaconda upload, maturin|enscons publish|upload, wasm-pack publish, wapm|\
         wasmer publish|deploy, asdf plugin-push, brew bump|bump-formula-pr|tap-new, snapcraft upload|push|\
         release|promote, flatpak build-update-repo, chocolatey push, winget-create|wingetcreate submit|\
         update, goreleaser release|$, goreleaser, jreleaser full-release|release|deploy|publish|announce|\
         upload, setup.py upload|register, setup.py * upload|register, setup.py * * upload, puppet module publish, ansible-galaxy collection publish, \
         ansible-galaxy role import, buf push, spectral publish, pact-broker publish, pact-broker \
         create-or-update-webhook|record-deployment|delete-branch, chromatic, percy exec, codecov, codecov \
         upload, coveralls, sonar-scanner, typst publish, web-ext sign, chrome-webstore-upload, \
         chrome-webstore-upload-cli upload|publish, clasp push|deploy, figma publish, r-lib publish, \
         changelogen --release|--push, standard-version --push, bumpp, release-please, gh-pages, mike \
         deploy|delete|set-default|alias, mkdocs gh-deploy, ghp-import -p|--push, quarto publish, surge, \
         ipfs add|pin|name, docusaurus deploy, angular-cli-ghpages, ng deploy, storybook-to-ghpages",
    ),
    reaches(
        "change what is published",
        "npm|pnpm|yarn unpublish|deprecate|undeprecate|dist-tag|owner|access|team|org|token|hook|star|\
         unstar|login|logout|adduser|profile|trust|stage, yarn npm tag|login|logout, cargo yank|owner|\
         login|logout, gem yank|owner|signin, mix hex.retire|hex.owner|hex.user|hex.organization, rebar3 \
         hex retire|owner, poetry config pypi-token*, nuget delete|setapikey, dotnet nuget delete, vsce|\
         ovsx unpublish|login|logout, crates-io *, jsr yank, pod trunk delete|deprecate",
    ),
    reaches(
        "push an image",
        "docker push, docker image|manifest|compose|buildx|plugin push, docker build|buildx --push, docker \
         buildx build|bake --push, docker buildx imagetools create, buildah push, ko apply|publish|resolve|\
         create|delete, jib *, gradle jib, mvn jib:build|compile jib:build, pack build --publish, kaniko *, \
         img push, apptainer|singularity push, melange *, nixery *, s2i *",
    ),
    reaches(
        "submit to a store",
        "fastlane, eas submit|update|build|deploy|channel|branch|metadata|credentials|secret|env|webhook|\
         device|workflow, expo publish|upload:*|submit, xcrun altool|notarytool|iTMSTransporter, altool|\
         notarytool, appcenter, codepush release*, code-push release|release-react|promote|rollback, \
         shorebird release|patch, bundletool *, firebase appdistribution:distribute, steamcmd, butler push, \
         itch *, testflight *, deliver, pilot, supply, match, gym *, bitrise trigger, codemagic *, apkup *, \
         gpc *, appstore-connect *",
    ),
    checks(
        "npm|pnpm|yarn|bun|deno|cargo|poetry|uv|pdm|jsr publish --dry-run, npm|pnpm dist-tag|owner|access|\
         team|token|org|profile ls|list|get, yarn npm publish --dry-run, npm publish --help, lerna publish \
         --help, semantic-release|release-it|standard-version|nx|beachball|changeset --dry-run, \
         semantic-release --dry-run|-d, release-it --dry-run, nx release --dry-run|-d, cargo owner --list, zarf package inspect|create, \
         gem owner $, release-plz update --help, goreleaser release --snapshot|--skip=publish|\
         --skip-publish, goreleaser build|check|healthcheck|--version, mix hex.publish --dry-run, flutter|\
         dart pub publish --dry-run|-n, pod trunk info|me, jreleaser config, jreleaser full-release|release \
         --dry-run, vsce|ovsx package|ls|show, mill mill.scalalib.PublishModule/publishLocal, eas \
         build:list|whoami|diagnostics, eas build --local, eas channel|branch|update|env|build list|view, \
         expo-doctor, fastlane lanes|scan|--version|--help|env, fastlane test|tests|lint|unit_tests, \
         fastlane ios|android|mac test|tests|lint, skopeo inspect|list-tags, crane digest|manifest|ls|\
         config|validate|pull|export, oras discover|manifest|repo, cosign verify*, docker manifest inspect|\
         create, docker buildx imagetools inspect, chromatic --dry-run, twine check, setup.py, snapcraft $, snapcraft \
         pack|lint|list|status, pact-broker can-i-deploy|list*|describe*, release-please --dry-run, np \
         --preview, clasp status|list, gh-pages --help, stack upload --test, butler status, jib buildTar, \
         xcrun simctl*, mvn release:prepare -DdryRun=true, gradle publishToMavenLocal, mvn deploy \
         -DskipDeploy*, docker compose push --dry-run, ghp-import $, cargo release $, cargo-release $, \
         xcrun altool --validate-app, release-plz release --dry-run, cargo release --dry-run, cargo ws|\
         workspaces list|changed",
    ),
];
