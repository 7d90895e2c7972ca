//! Programs that rewrite, generate or delete files of the project.

use super::super::files;
use super::super::tasks;
use super::{EffectRow, asks, changes, checks};

pub(super) const ROWS: &[EffectRow] = &[
    // Formatters and linters that write
    changes(
        "rewrite files",
        "cargo fmt, rustfmt, cargo fix, cargo clippy --fix, prettier --write|-w, prettier-eslint --write, \
         eslint|oxlint|tslint|standard|xo|stylelint|textlint|markdownlint|markdownlint-cli2|next --fix, \
         next lint --fix, ng lint --fix, nx format:write|format, biome check|lint|format|ci --write|\
         --apply|--apply-unsafe|--fix, rome check|format --write, dprint fmt, deno fmt, deno lint --fix, \
         bun format, lint-staged, sort-package-json, black, isort, autopep8 -i|--in-place, yapf -i|\
         --in-place, autoflake -i|--in-place, pyupgrade, docformatter -i, ruff format, ruff check --fix|\
         --fix-only|--unsafe-fixes, ruff --fix, djhtml, djlint --reformat, sqlfluff fix|format, \
         blacken-docs, nbstripout, pycln, unify -i, codespell -w, typos -w|--write-changes, gofmt|gofumpt|\
         goimports|gci|golines -w, go fmt|generate|fix, golangci-lint run --fix, golangci-lint fmt, buf \
         format -w, rubocop -a|-A|--auto-correct|--auto-correct-all|--autocorrect|--autocorrect-all, \
         standardrb --fix, rufo, erb_lint -a|--autocorrect, htmlbeautifier, mix format, erlfmt -w, \
         terraform fmt, hclfmt, packer fmt, nixfmt, nixpkgs-fmt, alejandra, treefmt, nix fmt, shfmt -w, \
         clang-format -i, clang-tidy --fix|-fix, uncrustify --replace|--no-backup, astyle, indent, \
         cmake-format -i, gersemi -i, zig fmt, nim pretty, dart format|fix, flutter format, swiftformat, \
         swift format -i, swiftlint --fix|--autocorrect, swiftlint autocorrect, ktlint -F|--format, \
         google-java-format -i|-r|--replace, spotless:apply *, mvn spotless:apply|fmt:format|\
         formatter:format, gradle spotlessApply|ktlintFormat, scalafmt, scalafix, sbt scalafmt|scalafmtAll|\
         scalafixAll, dotnet format, csharpier, fantomas, php-cs-fixer fix, phpcbf, pint, rector process, \
         stylua, fourmolu|ormolu -i|--mode=inplace, hlint --refactor, stylish-haskell -i, hindent, \
         elm-format, purs-tidy format-in-place, gleam format, crystal tool, cljfmt fix, zprint, ocamlformat \
         -i|--inplace, dune fmt, dune build --auto-promote, dune promote, air format, taplo fmt|format, \
         yamlfmt, yamlfix, mdformat, remark -o|--output, tidy -m, xmllint -o|--output, svgo, jscodeshift, \
         codemod, ast-grep -U|--update-all, sd, comby -i|-in-place, fastmod, rpl, dos2unix, unix2dos, \
         addlicense, license-eye header fix, licenseheaders, trunk fmt, just --fmt, caddy fmt --overwrite",
    ),
    checks(
        "cargo fmt --check, cargo fmt +--check, rustfmt --check, prettier --check|-c|-l|--list-different, \
         black|isort|blacken-docs --check|--diff|--check-only|-c, ruff format --check|--diff, ruff check \
         --diff, biome check|format $, deno fmt --check, dprint check, go fmt -n, mix format \
         --check-formatted|--dry-run, terraform fmt -check|--check, nixfmt|alejandra|nixpkgs-fmt|treefmt \
         -c|--check|--fail-on-change|--ci, zig fmt --check, dart format -o|--set-exit-if-changed|\
         --output=none, dart fix -n|--dry-run, flutter format --set-exit-if-changed|-n, swiftformat --lint, \
         scalafmt --test|--check|--list, scalafix --check, sbt scalafmtCheck*, dotnet format \
         --verify-no-changes|--check, csharpier --check, csharpier check, fantomas --check, php-cs-fixer \
         fix|check --dry-run, pint --test, rector process --dry-run|-n, stylua --check|-c, elm-format \
         --validate, gleam format --check, crystal tool --check, taplo fmt|format --check|--diff, yamlfmt \
         -lint|-dry, mdformat --check, lint-staged --help, sd -p, nix fmt --check, eslint|stylelint \
         --fix-dry-run, packer|hclfmt --check|-check, packer fmt -check, pyupgrade --help, addlicense \
         -check, rufo --check|-c, caddy fmt, dune fmt --preview, svgo --help, just --fmt --check",
    ),
    checks("pre-commit run, prek run, black --check --diff"),
    // Snapshots and baselines
    changes(
        "rewrite snapshots",
        "jest|vitest|ava|playwright -u|--update|--updateSnapshot|--update-snapshots, vitest run -u|\
         --update, playwright test -u|--update-snapshots, npm test -u, cargo insta accept|reject, cargo \
         insta test --accept, cargo insta review, pytest --snapshot-update|--force-regen|\
         --inline-snapshot=fix|--inline-snapshot=create, go test -update, bats --update",
    ),
    // Generators
    changes(
        "generate files",
        "rails g|generate|destroy|d, rails app:update|credentials:edit, django-admin startproject|startapp, \
         manage.py startapp|makemessages|compilemessages, create-*, degit|giget|tiged, ng g|generate|new|\
         update, nest g|generate|new, nx g|generate|migrate, plop|hygen|yo, vue create|add, sanity init, \
         tsc --init, eslint --init, jest --init, tailwindcss init, storybook init|upgrade|migrate, \
         playwright codegen, cypress open --init, prisma init, drizzle-kit init, redwood|rw g|generate, \
         artisan make:*, symfony|console make:*, make:* *, phx.gen.* *, mix phx.gen.*|ecto.gen.*, mix \
         gen.*, dotnet ef migrations, alembic revision|init, aerich migrate|init, prisma migrate diff -o, \
         kubebuilder|operator-sdk init|create, helm create, chart-testing init, cdk init, sam|serverless \
         init|create, pulumi new, nuxi init, astro new, git-cliff -o|--output, swagger-codegen generate, \
         openapi-generator|openapi-generator-cli generate, openapi-typescript -o, orval, graphql-codegen, \
         graphql-code-generator, buf generate, protoc, flatc, sqlc generate, gqlgen, mockgen, wire, ent \
         generate, oapi-codegen -o, controller-gen, deepcopy-gen, swag init, flutter gen-l10n, flutter pub \
         run, build_runner build, cargo xtask codegen, uniffi-bindgen, cbindgen -o, wit-bindgen, typeshare, \
         tauri init|add|icon, expo prebuild, cap|capacitor add|sync|copy|update, cordova platform|plugin, \
         xcodegen, tuist generate|edit, fastlane init, sphinx-apidoc|sphinx-quickstart, autoreconf, \
         autoconf, automake, gem build --scaffold, mkcert, openssl req|genrsa|genpkey, ssh-keygen, \
         changeset add|version, changeset $, npm version, pnpm version, yarn version, lerna version --no-push, cargo sqlx prepare, cargo \
         set-version, bump2version|bumpversion|bump-my-version, cz bump, standard-version, \
         conventional-changelog, towncrier build, poetry version minor|major|patch, gradle wrapper, mvn \
         wrapper:wrapper, msw init, husky add|init, commitizen init, dvc add|init|commit|checkout, \
         nbdev_export, jupyter nbconvert --inplace|--clear-output, typeorm migration:create|\
         migration:generate, sequelize migration:generate|migration:create|model:generate|init, knex \
         migrate:make, knex seed:make, knex init, mikro-orm migration:create, diesel setup|print-schema, \
         diesel migration generate, sqlx migrate add, goose create, migrate create, dbmate new, atlas \
         migrate diff|new|hash, flyway baseline, liquibase generate-changelog, supabase migration new, \
         supabase init|link, firebase init, wrangler init|generate, dotnet aspnet-codegenerator, stencil \
         generate, ember g|generate|new|init, meteor create|add|update, hugo new, gatsby new, godot \
         --export-release, terraform-docs --output-file",
    ),
    changes("let another agent change files", "claude|codex|aider|gemini|cursor-agent|opencode|copilot"),
    // It writes the client that the schema says, which no repository keeps.
    checks(
        "prisma generate|validate|format --check, terraform-docs $, protoc -o=/dev/null, protoc --version, \
         tailwindcss -i, openssl req -x509 -noout, swag fmt --check, claude|codex|aider|gemini|cursor-agent|opencode|copilot --version, claude plugin validate|list, claude mcp|auth list|status, codex login|mcp status|list, opencode auth|models list, npm|pnpm|yarn version --dry-run, changeset status, lerna version \
         --help, autoconf|automake|autoreconf --version, godot --headless, cz check, gqlgen version, sqlc \
         vet|diff|compile, buf lint|breaking|build",
    ),
    changes("rewrite files", "prisma format"),
    // Files by name
    asks(files::removed, "rm|rmdir|shred|unlink|trash|rimraf|del|del-cli|trash-cli|srm"),
    asks(files::moved, "mv|git-mv|rename"),
    asks(files::copied, "cp|ln|install|ditto"),
    asks(files::made, "mkdir|mktemp"),
    asks(files::touched, "touch|tee|truncate|chmod|chown|chgrp|setfacl|sponge|split|patch|chattr|xattr"),
    asks(files::edited, "sed|gsed|perl -i|--in-place"),
    asks(files::device, "dd"),
    asks(files::unpacked, "tar -x|--extract|--get, tar x*, unzip, gunzip|bunzip2|unxz, 7z x|e, cpio -i"),
    checks("unzip|7z|tar -l|-t, unzip -p|-t|-z, gunzip -t|-c, tar t*"),
    asks(files::found, "find|fd -delete"),
    asks(tasks::moves, "git-filter-repo|bfg"),
    asks(
        tasks::named,
        "make|just|task|mage|rake|gradle|invoke|inv|fab|nx|turbo|lerna|rush|moon|wireit|ant|ninja|npm|pnpm|\
         yarn|bun|composer|mix|deno|poe|pdm|hatch|nox|tox|doit|dagger|paver|grunt|gulp|jake|cake|earthly|dagger|\
         wsl|mask|xc|run-s|run-p|npm-run-all|npm-run-all2|concurrently|cargo-make|earth|pixi|rye|lein|sbt|\
         mill|bazel|pants|buck2|please|bb|devbox|rails|nps|tusk|robo, cargo make|xtask|run-script, node|bun \
         --run, symfony|console run, mvn",
    ),
];
