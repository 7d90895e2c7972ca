//! Under which name a program is known, and which of its options have the next word as their value.

use super::super::simple::path;
use super::super::tree::ShellWord;

/// Names that mean a program, and the words that it is known by.
const SAME: &[(&str, &str)] = &[
    ("gradlew gradlew.bat", "gradle"),
    ("mvnw mvnd", "mvn"),
    ("gmake bmake", "make"),
    ("pip pip3", "pip"),
    ("nodejs", "node"),
    ("podman nerdctl", "docker"),
    ("docker-compose podman-compose", "docker compose"),
    ("tofu terragrunt", "terraform"),
    ("k kubecolor", "kubectl"),
    ("fly", "flyctl"),
    ("sls", "serverless"),
    ("vc now", "vercel"),
    ("ntl", "netlify"),
    ("hub", "gh"),
    ("bundler", "bundle"),
    ("go-task", "task"),
    ("@changesets/cli", "changeset"),
    ("@angular/cli", "ng"),
    ("@nestjs/cli", "nest"),
    ("@vue/cli", "vue"),
    ("@sentry/cli", "sentry-cli"),
    ("@railway/cli", "railway"),
    ("@google/clasp", "clasp"),
    ("@vscode/vsce", "vsce"),
    ("@expo/cli", "expo"),
    ("@biomejs/biome", "biome"),
    ("@tauri-apps/cli", "tauri"),
    ("@storybook/cli", "storybook"),
    ("@playwright/test", "playwright"),
    ("@redwoodjs/cli", "rw"),
    ("eas-cli", "eas"),
    ("aws-cdk", "cdk"),
    ("firebase-tools", "firebase"),
    ("netlify-cli", "netlify"),
    ("typescript", "tsc"),
    ("vi nvim view", "vim"),
    ("mailx", "mail"),
    ("mongo", "mongosh"),
    ("mariadb", "mysql"),
    ("hf", "huggingface-cli"),
    ("appcenter-cli", "appcenter"),
    ("micromamba mamba", "conda"),
    ("https xh xhs", "http"),
];

/// Which program a word names is known only when the command runs: `$CMD`, `$(pick)`. What a folder is called before
/// its name, and what a function was called with, is no matter.
pub(super) fn is_computed(word: &ShellWord) -> bool {
    let parameter = |text: &str| {
        let name = text.trim_start_matches(['$', '{']).trim_end_matches('}');
        ["@", "*"].contains(&name) || name.bytes().all(|byte| byte.is_ascii_digit())
    };
    let prints_settings = |script: &String| {
        script.split_whitespace().next().is_some_and(|program| one_of(PRINT_SETTINGS, base(program)))
    };
    let computed = word.expands && word.text.starts_with(['$', '`']);
    let known = path(word) != word.text || parameter(&word.text) || word.scripts.iter().any(prints_settings);
    computed && !known || word.text == "{}"
}

/// Programs that print settings for a shell to read: `eval "$(direnv hook bash)"`.
const PRINT_SETTINGS: &str = "direnv mise rbenv pyenv nodenv goenv jenv fnm opam ssh-agent gpg-agent brew conda micromamba dircolors \
    luarocks starship zoxide devbox devenv minikube thefuck lesspipe cargo-llvm-cov keychain nvm asdf";

/// Options whose value is the next word, by program: a value is no subcommand.
const VALUED_OPTIONS: &[(&str, &str)] = &[
    ("git", "-C -c --git-dir --work-tree --namespace"),
    (
        "kubectl oc",
        "-n --namespace --context --kubeconfig --cluster --user -s --server --as -f --filename -l -o --token",
    ),
    ("helm helmfile", "-n --namespace --kube-context --kubeconfig -f --values --set -e --environment"),
    (
        "docker",
        "-H --host --context --config -f --file -p --project-name --profile --env-file --project-directory \
         --tag --build-arg --target --platform --filter --format --ansi",
    ),
    ("make", "-C --directory -f --file --makefile -I -o -W"),
    ("just", "-f --justfile -d --working-directory --set"),
    ("task", "-d --dir -t --taskfile"),
    ("npm", "--prefix -w --workspace -C -p --package --registry --tag --loglevel --otp"),
    ("npx", "-p --package"),
    ("pnpm", "--dir --filter -C -F"),
    ("yarn", "--cwd"),
    ("bun", "--cwd --filter"),
    ("nx turbo lerna", "-t --target --targets -p --projects --filter --scope -c --configuration"),
    (
        "uv",
        "--with --package --extra --group -p --python --directory --project --env-file --with-requirements",
    ),
    ("uvx", "--from --with -p --python"),
    ("pip", "-r --requirement -e --editable -c --constraint -t --target -i --index-url --extra-index-url"),
    (
        "poetry pdm hatch",
        "-C --directory -P --project -E --extras --with --without --only -G --group -p -e --env",
    ),
    ("conda", "-n --name -p --prefix -f --file -c --channel"),
    ("cargo", "--config --color -Z -p --package --manifest-path --target --target-dir --features -F --bin"),
    ("python", "-W -X -c -m"),
    ("node deno", "-r --require --import --loader --env-file -e --eval -p --print --config -c"),
    ("ruby perl php", "-I -r -e -E -d"),
    ("gradle", "--tests -p -b -x --project-dir --build-file --init-script"),
    ("mvn", "-f --file -pl --projects -P -s --settings"),
    ("cmake", "--build --preset -S -B -G"),
    ("gh glab", "-R --repo -b --base -H --head --hostname -X --method -f -F --field -q --jq -L"),
    ("aws", "--profile --region --output --endpoint-url --query --color"),
    ("gcloud gsutil bq", "--project --account --configuration --region --zone --format --filter -h -o"),
    ("az", "--subscription -o --output --query -g --resource-group -n --name"),
    ("terraform", "-chdir"),
    ("pulumi", "-s --stack -C --cwd"),
    ("cdk", "-a --app -c --context --profile -o --output"),
    ("heroku", "-a --app -r --remote"),
    ("flyctl", "-a --app -c --config -t --access-token"),
    ("vercel", "-t --token -S --scope -A --local-config --cwd -Q"),
    ("wrangler", "-c --config -e --env"),
    ("netlify", "--filter --auth --site -s --dir -d"),
    ("firebase", "-P --project --token --only --config"),
    ("supabase", "--workdir --project-ref --schema"),
    ("doctl", "-t --access-token --context -c --config"),
    ("railway", "-s --service -e --environment"),
    ("systemctl", "-H --host -M --machine -p --property -n --lines -t --type"),
    ("service", "-p"),
    ("crontab", "-u"),
    (
        "curl",
        "-H --header -d --data --data-raw --data-binary --data-urlencode --json -X --request -o --output -u \
         --user -F --form -T --upload-file -b --cookie -c --cookie-jar -A --user-agent -e --referer -m \
         --max-time --connect-timeout -w --write-out -K --config --retry --retry-delay -x --proxy --cacert \
         --cert --key --resolve --unix-socket -D --dump-header -r --range",
    ),
    (
        "wget",
        "-O --output-document -o --output-file -P --directory-prefix -T --timeout -t --tries --header \
         --post-data --post-file --method --body-data --body-file -U --user-agent",
    ),
    ("http", "-a --auth -o --output --timeout -s --style -p --print --session"),
    (
        "psql",
        "-c --command -f --file -h --host -p --port -U --username -d --dbname -v --set -o --output -P -F -L",
    ),
    (
        "createdb dropdb pg_restore pg_dump",
        "-h --host -p --port -U --username -d --dbname -f --file -O -j -n -t",
    ),
    (
        "mysql mysqladmin mysqldump",
        "-e --execute -h --host -P --port -u --user -D --database -S --socket --protocol",
    ),
    ("redis-cli valkey-cli", "-h -p -n -a --user -u -x -i -r"),
    ("mongosh", "--eval --host --port -u --username -p --password --authenticationDatabase -f --file"),
    ("sqlite3 duckdb", "-cmd -separator -c -init"),
    ("sqlcmd", "-S -d -U -P -Q -q -i -o"),
    (
        "clickhouse-client cqlsh",
        "-q --query --host -h --port -u --user --password -e --execute -d --database -f",
    ),
    ("ssh scp sftp", "-i -p -P -l -F -o -J -L -R -D -b -c -e -m -w -W -S"),
    ("rsync", "-e --rsh --exclude --include --filter -f --files-from --exclude-from --include-from"),
    ("rclone", "--config --include --exclude --filter --transfers --checkers"),
    (
        "ansible ansible-playbook",
        "-i --inventory -l --limit -e --extra-vars -t --tags --skip-tags -u --user -m -a -f",
    ),
    ("sed", "-e --expression -f --file -l"),
    ("mkdir", "-m --mode"),
    ("touch", "-d --date -r --reference -t"),
    ("cp mv ln install", "-t --target-directory -S --suffix -m --mode -o -g --owner --group"),
    ("chmod chown", "--reference"),
    ("truncate", "-s --size -r --reference"),
    ("tar", "-f --file -C --directory --exclude"),
    ("tail head", "-n --lines -c --bytes"),
    ("rails rake", "-e --environment -f --rakefile"),
    ("flask", "--app -A --env-file"),
    ("alembic", "-c --config -x -n --name"),
    (
        "sqlx diesel dbmate goose migrate atlas",
        "--database-url --source -source -database -path --url -u -d -dir --env",
    ),
    ("prisma", "--schema --name"),
    ("knex", "--knexfile --env --cwd"),
    ("dotnet", "-p --project -c --configuration -f --framework"),
    ("kafka-topics kafka-topics.sh", "--bootstrap-server --topic --zookeeper --command-config"),
    ("watch", "-n --interval"),
    ("celery", "-A --app -b --broker -l --loglevel -Q"),
    ("wp drush", "--path --url --user"),
    ("spark-submit", "--master --deploy-mode --class --conf --packages --jars --py-files --name"),
    ("screen tmux", "-S -t -L -s -n -c"),
];

/// The options of a program whose value is the next word.
pub(super) fn valued_options(program: &str) -> &'static str {
    let row = VALUED_OPTIONS.iter().find(|(programs, _)| one_of(programs, program));
    row.map_or("", |(_, valued)| valued)
}

/// The words that a program is known by which has another name as well.
pub(super) fn known_as(name: &str) -> Option<&'static str> {
    SAME.iter().find(|(names, _)| one_of(names, name)).map(|(_, known)| *known)
}

/// The name of a program without its folder, its version and what says how it is started.
pub(super) fn own_name(program: &str) -> &str {
    if program.starts_with('@') {
        // A package that is known by its scope: `@changesets/cli@2`.
        return program.get(1..).and_then(|rest| rest.find('@')).map_or(program, |at| &program[..=at]);
    }
    let name = base(program);
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    let name = name.strip_suffix(".exe").unwrap_or(name);
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    if ["python", "pip", "ruby", "php", "node"].contains(&stem) { stem } else { name }
}

/// The name of a program without its folder.
pub(super) fn base(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

/// One of these words, which have a space between them.
pub(super) fn one_of(words: &str, wanted: &str) -> bool {
    words.split_ascii_whitespace().any(|word| word == wanted)
}
