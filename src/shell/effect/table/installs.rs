//! Programs that install what a project declares, add to it, or install on the machine.

use super::{EffectRow, changes, checks, installs, reaches};

pub(super) const ROWS: &[EffectRow] = &[
    // JavaScript
    installs(
        "npm|pnpm|bun install|i|ci|clean-install|install-clean|install-test|it|rebuild|fetch, yarn $, yarn \
         install, yarn --frozen-lockfile, yarn --immutable, yarn workspaces focus, corepack prepare|use|\
         enable, deno install|cache $, deno cache *, lerna bootstrap, rush install, playwright install, \
         playwright install-deps, cypress install, puppeteer browsers install, husky install|$, expo \
         install --check",
    ),
    checks(
        "npm|pnpm ls, npm|pnpm|yarn|bun install --dry-run, npm|pnpm|yarn|bun add --dry-run, npm i --dry-run",
    ),
    changes(
        "add a dependency",
        "npm install|i|add|in|isntall *, pnpm|bun install|i *, npm|pnpm|yarn|bun add, deno add, jsr add, \
         expo install *, ng add, shadcn|shadcn-ui|shadcn-vue|shadcn-svelte add, nuxi module add, astro add, \
         svelte-add *, storybook add",
    ),
    changes(
        "change what the project depends on",
        "npm|pnpm|yarn|bun remove|uninstall|rm|un|unlink|update|upgrade|up|dedupe|prune|link, npm audit \
         fix, pnpm audit --fix, npm shrinkwrap, yarn set|upgrade-interactive|dlx-migrate|patch-commit, npm \
         pkg set|delete|fix, ncu|npm-check-updates -u, syncpack fix-mismatches|fix, manypkg fix, deno \
         remove|outdated --update",
    ),
    changes("begin a project", "npm|pnpm|yarn|bun init|create|innit"),
    reaches(
        "install on this machine",
        "npm|pnpm install|i|add|ci|uninstall|update|link -g|--global|--location=global, bun add|install -g|\
         --global, yarn global, deno install -g|--global, corepack enable --install-directory, volta \
         install|pin, nvm|fnm|n install, n *",
    ),
    // Python
    installs(
        "pip install -r|--requirement|-e|--editable|-c, pip install .*, pip install pip|setuptools|wheel, \
         pip-sync|pip-compile, setup.py install|develop, pip download|wheel, uv sync|venv, uv pip sync, uv pip install -r|-e|\
         --requirement|--editable, uv pip install .*, uv python install, poetry|pdm|rye|pixi|pipenv sync|\
         install, poetry env use, pipenv install $, hatch env create, conda env create|update, conda \
         create, conda install --file, virtualenv, venv *, pre-commit install-hooks, nltk.downloader *, \
         spacy download, python -m venv",
    ),
    checks(
        "pip install --dry-run, uv pip install --dry-run, uv lock --check, poetry lock --check, uv sync --check",
    ),
    changes(
        "add a dependency",
        "pip install *, uv pip install *, uv|poetry|pdm|rye|pixi|conda add, pipenv install *, conda \
         install, pip install -t|--target",
    ),
    changes(
        "change what the project depends on",
        "pip uninstall, uv pip uninstall|compile, uv|poetry|pdm|rye|pixi|conda remove|update|upgrade|lock, \
         uv lock, pipenv uninstall|update|lock|upgrade, poetry self, pip-compile, uv version *, poetry \
         version *, hatch version *, pre-commit autoupdate",
    ),
    changes("begin a project", "uv|poetry|pdm|hatch|rye|pixi|flit init|new, cookiecutter|copier|cruft"),
    reaches(
        "install on this machine",
        "pip install --user|--break-system-packages, pipx install|upgrade|uninstall|inject|reinstall*|\
         ensurepath, uv tool install|upgrade|uninstall, uv self, uv pip install --system, pyenv install|\
         global, conda init",
    ),
    // Rust, Go, C and C++
    installs(
        "cargo fetch, go mod download, go install ., go install ./*, go install $, conan install, vcpkg \
         install, bazel fetch|sync, meson subprojects download, cmake --install, xmake require",
    ),
    checks("cargo add|remove|update --dry-run, go mod verify|graph|why|tidy -diff, go mod tidy -diff"),
    changes("add a dependency", "cargo add, go get, dotnet add, nimble add, zig fetch --save, v add"),
    changes(
        "change what the project depends on",
        "cargo remove|rm|update|upgrade|vendor|generate-lockfile, go mod tidy|edit|vendor|init, go work, \
         cargo edit, dotnet remove",
    ),
    changes(
        "begin a project",
        "cargo new|init|generate, cargo-generate, zig init, dotnet new, go mod init, nimble init",
    ),
    reaches(
        "install on this machine",
        "cargo install|uninstall|binstall, go install *, rustup install|update|default|toolchain|target|\
         component|self|override, dotnet tool install|update -g|--global, dotnet workload, nimble install *",
    ),
    checks("cargo install --list, rustup toolchain|target|component list, cargo install --root"),
    // JVM, .NET, Swift and mobile
    installs(
        "mvn dependency:resolve|dependency:go-offline, dotnet restore, dotnet tool restore, swift package \
         resolve, pod install, carthage bootstrap, flutter|dart pub get, flutter packages get, fvm install|\
         use, sbt update, lein deps, clojure -P, mint bootstrap, tuist install|fetch",
    ),
    changes(
        "add a dependency",
        "flutter|dart pub add, swift package add-dependency, dotnet package add, nuget install, mill add",
    ),
    changes(
        "change what the project depends on",
        "flutter|dart pub remove|upgrade|downgrade, swift package update|reset, pod update|repo|\
         deintegrate, carthage update, versions:use-latest-versions *, mvn versions:set|\
         versions:use-latest-versions",
    ),
    changes(
        "begin a project",
        "flutter|dart create, swift package init, pod init, sbt new, lein new, mvn archetype:generate",
    ),
    reaches(
        "install on this machine",
        "flutter|dart pub global, sdk install|default, flutter upgrade|channel",
    ),
    // Ruby, PHP, Perl, Elixir, Erlang, Haskell, OCaml, Elm, Lua, R, Julia, Nix
    installs(
        "bundle $, bundle install|check|package|cache, composer install|i, cpanm --installdeps, carton \
         install, mix deps.get|deps.compile|local.hex|local.rebar, rebar3 get-deps|compile, cabal update, \
         stack setup, opam install --deps-only, opam install .*, spago install, psc-package install, renv \
         restore, luarocks install --deps-only, luarocks make, gleam deps download, shards install, dbt \
         deps, mise|asdf|rtx install|use, direnv allow, devbox|devenv install, bower install, nix-channel \
         --list, git submodule update|init, git lfs pull|install|fetch",
    ),
    changes(
        "add a dependency",
        "bundle add, composer require, elm install, gleam|spago|mix add, spago install *, devbox add, cabal \
         add, luarocks install *, shards add, tuist add",
    ),
    changes(
        "change what the project depends on",
        "bundle update|remove|lock, composer update|remove|u|up, mix deps.update|deps.clean|deps.unlock, \
         nix flake update|lock, shards update, gleam remove|update, rebar3 upgrade|unlock, stack upgrade, \
         opam upgrade",
    ),
    changes(
        "begin a project",
        "composer init|create-project, bundle init|gem, mix new|phx.new, rebar3 new, cabal|stack|spago|elm|\
         gleam|crystal init|new, nix flake init|new, rails new, laravel new, symfony new, jekyll|hugo|zola|\
         mdbook new|init, lein new",
    ),
    reaches(
        "install on this machine",
        "gem install|update|uninstall|cleanup, composer global, cpan, cpanm, opam install, opam switch, \
         cabal|stack install, mix archive.install|escript.install, luarocks install --global, nix-env, nix \
         profile, nix-channel, home-manager switch, ghcup install|set, mise|asdf global, R CMD INSTALL, \
         vcpkg integrate",
    ),
    checks("bundle check, composer install|require|update --dry-run, nix-env -q"),
    // The machine's own package managers
    reaches(
        "install on this machine",
        "apt|apt-get|aptitude|yum|dnf|microdnf|brew|apk|zypper|snap|flatpak|port|choco|scoop|winget|pkg|\
         emerge install|add|remove|purge|upgrade|update|uninstall|reinstall|tap|dist-upgrade|full-upgrade|\
         autoremove|cleanup|erase|del|refresh, pacman|yay|paru -S|-R|-U, dpkg|rpm -i|-r|-P|-U|-e|--install|\
         --purge, xcode-select --install, softwareupdate -i, brew bundle|link|unlink|services|pin, \
         installer -pkg, apt-key|add-apt-repository|update-alternatives",
    ),
    checks("brew services list, brew bundle check|list, dpkg -l|-s|-L, apt|apt-get --dry-run|-s, rpm -q"),
];
