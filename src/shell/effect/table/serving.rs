//! What does not end by itself: servers, watchers, followers, and programs that wait for somebody who types.

use super::super::scripts;
use super::{EffectRow, asks, checks, serves, waits};

pub(super) const ROWS: &[EffectRow] = &[
    asks(scripts::follows, "docker compose logs"),
    asks(scripts::product, "cargo run, dotnet run"),
    // Servers of the ecosystems
    serves(
        "vite $, vite dev|serve|preview, vite *, next dev|start, nuxt|nuxi dev|start|preview, ng serve|s, \
         expo start|run:ios|run:android, react-native start|run-ios|run-android, react-scripts|craco start, \
         vue-cli-service serve, vue-cli-service ui, webpack serve, webpack-dev-server, webpack -w|--watch, \
         parcel $, parcel serve|watch, parcel *, rollup|tsup|esbuild|swc|babel|tsc|tailwindcss|sass|\
         postcss|stylus|less|microbundle|unbuild -w|--watch, rsbuild|rspack|farm dev|preview|start, \
         snowpack dev, gatsby develop|serve, astro dev|preview, astro $, remix dev|vite:dev, react-router \
         dev, react-router-serve, remix-serve, svelte-kit dev|preview, solid-start dev|start, qwik dev, \
         redwood|rw dev|serve, blitz dev|start, meteor $, meteor run, ember serve|s, docusaurus start|\
         serve, vitepress|vuepress dev|preview|serve, eleventy|@11ty/eleventy --serve|--watch, storybook \
         dev, storybook $, start-storybook, histoire dev, ladle serve, styleguidist server, serve, \
         http-server, live-server, browser-sync start, json-server, prism mock, mock-server, sirv, servor, \
         local-web-server, ws, nodemon, ts-node-dev, tsnd, tsx watch, tsx --watch, node|deno|bun --watch|\
         --hot, deno serve, deno task dev, pm2 start|logs|monit, forever, vitest watch|dev|--ui|--watch, \
         vitest ui, jest --watch|--watchAll, mocha -w|--watch, cypress open, playwright show-report|\
         show-trace|open|ui, playwright test --ui|--debug, karma start, ava --watch, wtr --watch, chokidar, \
         onchange, tauri dev, tauri android|ios dev, electron, electron-forge start, electron-vite dev|\
         preview, wrangler dev|tail, wrangler pages dev, miniflare, vercel dev, netlify dev|dev:exec, \
         firebase serve|emulators:start, serverless offline, sls-offline *, sam local start-api|\
         start-lambda, sst dev, cdk watch, amplify sandbox, ampx sandbox, convex dev, partykit dev, sanity \
         dev|start, strapi develop|dev|start, directus start, payload dev, keystone dev|start, medusa \
         develop|start, n8n start, n8n $, localtunnel, expo-cli start, metro, turbo watch, nx serve|watch|\
         run-many --watch, nx graph, graphql-codegen --watch, mockoon-cli start, appwrite-dev, heroku \
         local, foreman|honcho|overmind|hivemind|goreman start, foreman s, concurrently --kill-others, nest \
         start, adonis serve, ace serve, lerna watch, wp server, wp-env logs, parcel-bundler serve, elm \
         reactor, elm-live, spago serve, trunk serve|watch, dx serve, leptos watch|serve, cargo leptos \
         watch|serve, cargo watch, cargo tauri dev, bacon, watchexec, cargo lambda watch|start, cargo \
         shuttle run, shuttle run, mdbook serve|watch, zola serve, perseus serve, yew serve",
    ),
    serves(
        "flask run, uvicorn, gunicorn, hypercorn, daphne, granian, waitress-serve, uwsgi, manage.py \
         runserver|runserver_plus|qcluster|rqworker, django-admin runserver, fastapi dev|run, litestar run, \
         sanic, quart run, robyn, reflex run, chalice local, http.server, pydoc -p|-b, simplehttpserver *, \
         mkdocs serve, sphinx-autobuild, pelican -l|--listen, ptw, pytest-watch, watchmedo, celery worker|\
         beat, hupper, watchfiles, pywatchman *, rails s|server|c|console, rackup, puma, unicorn, thin \
         start, passenger start, shotgun, guard, jekyll serve|s, middleman server, bridgetown start, \
         bin/dev, dev $, hanami server, php -S, artisan serve|tinker, symfony serve|server:start, sail up, \
         composer run --watch, drush serve, mix phx.server, mix run --no-halt, iex, mix test.watch, rebar3 shell, gleam dev, \
         air, reflex -c, gin run, fresh, modd, realize start, buffalo dev, wails dev, hugo server|serve, \
         templ generate --watch, dlv debug|test|attach, caddy run|file-server|reverse-proxy, dotnet watch, \
         dotnet run --watch, func start|host, mvn spring-boot:run|jetty:run|tomcat7:run|quarkus:dev, gradle bootRun|quarkusDev|-t|--continuous, quarkus dev, sbt ~*|\
         console|shell, mill -w|--watch, scala-cli repl|--watch, clj $, lein repl|ring|figwheel, \
         shadow-cljs watch|server, flutter run|attach|logs, dart run --observe, swift run --watch, vapor \
         serve, zig build --watch, ghcid, ghci, stack ghci|repl, cabal repl, yesod devel, utop, julia $, R \
         $, erl $, swipl $, sbcl $, guile $, racket $, lua $, luajit $",
    ),
    // A server that says that it ends
    checks(
        "gunicorn --check-config, nodemon --version, puma --version, uvicorn --version|--help, uwsgi --version, caddy validate|adapt|fmt, iex -e, http-server --version, vite build|optimize|--version, vitest run, parcel build, nest build|--version, expo export|config|install --check|doctor, vitest --run, karma start --single-run, watchexec --version, convex dev --once, pm2 --version, electron --version, flutter run --help, storybook build, \
         serve --version, guard --version, playwright show-report --help, bacon --headless, hivemind --version, julia -e|--eval, R -e|--slave|--no-save, erl -noshell, lua -e|-v, uvicorn --check, air -v, elixir, air format, air init, fresh init, concurrently --success=first",
    ),
    // Followers
    serves(
        "tail -f|-F|--follow|--retry, journalctl -f|--follow, less +F, multitail, lnav, dmesg -w|--follow|-W, watch, entr, inotifywait -m|--monitor, inotifywait, fswatch, tcpdump, wireshark, tshark, ngrep, strace -p, perf top, top|htop|btop|atop|iotop|iftop|nethogs|glances|vtop|gtop|nvtop|bpytop|bashtop|s-tui, vmstat|iostat|mpstat|sar|dstat *, ping, ping6, \
         sleep infinity, yes, socat, nc|ncat|netcat|socat -l|-k|--listen, nc -l, log stream, kubectl logs -f, adb logcat, xcrun simctl launch --console, idf.py monitor, pio device monitor, aim up, aim server, minicom, picocom, screen|tmux, cmatrix, asciinema rec, ffplay, vlc, mpv, wrangler tail, heroku logs --tail, vercel logs --follow, aws logs tail --follow, gh run watch --exit-never, ssh-agent -d",
    ),
    checks(
        "top -b -n, htop|btop --version, ping -c, ping6 -c, ping -n|-w, vmstat|iostat|mpstat|sar|dstat $, vmstat|iostat|mpstat|sar|dstat * *, dmesg, tail --version, inotifywait -t|--timeout, inotifywait --timeout, tcpdump -c, tshark -r|-c, nc|ncat|netcat -z, tcpdump -r, tmux -V|kill-session|has-session|ls|list-sessions|new-session -d, tmux -V|-c, tmux new-session|new|send-keys|capture-pane|kill-session|kill-server|has-session|ls|list-sessions -d|-t|-p|$, tmux ls|kill-server, screen -ls|-dm|-v, screen -d -m, idf.py build|size, entr --help, less --version, watch --version, socat -V, ngrep -V",
    ),
    // Somebody has to type
    waits(
        "cat $, vim|emacs|nano|pico|micro|helix|hx|ed|joe|kak|code|subl|idea|zed|gedit|xdg-open|open|less|more|\
         most|man|info|ranger|nnn|mc-gui|lf|tig|lazygit|gitui|gitk|fzf|peco|gum|dialog|whiptail, python $, \
         python -i, ipython|bpython|ptpython $, node $, node -i, deno $, deno repl, bun repl, ts-node|tsx \
         $, irb, pry, rails console, php -a, perl -d, gdb|lldb|pdb *, bash|sh|zsh|fish|dash|ksh|nu|elvish|\
         xonsh|pwsh|tclsh $, bash|sh|zsh|fish -i, ghci, jshell, scala $, scala-cli $, groovysh, kotlinc $, \
         swift repl, visudo",
    ),
    checks(
        "python -V|-c|-m, node -v|-e|-p|--test|--check|-c|--eval|--print|--run, php -v|-m|-i|-r|-l|-S, emacs -batch|--batch|-Q --batch, vim -es|-Es|--headless|-c --version, vim --headless|-es|-E|-s, ed -s, gdb|lldb -batch|--batch, code --list-extensions|--install-extension|--version, bash|sh|zsh|fish -n|-c, jshell -s, fzf -f|--filter, pry -e, man -w|-k|-f, open -h, pwsh -c|-Command|-File, xonsh -c, nu -c, fish -c|-n, irb --version, read -r, tclsh *, gdb -ex -batch, ipython -c, lldb -o -b, deno repl --eval, ts-node -e|-p, tsx -e, less -F|-X|-E",
    ),
];
