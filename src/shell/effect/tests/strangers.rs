//! Commands of many ecosystems, whose effects were written down before the table was asked.

use super::super::CommandEffect::{self, Changes, Checks, Reaches, Serves};
use super::super::strongest;
use super::wrong;

/// What each of them does.
const CASES: &[(&str, &str)] = &[
    // Elixir, Erlang, Gleam
    ("serves: not end", "mix run --no-halt"),
    ("reaches: publish", "mix hex.publish package --yes"),
    ("checks: check", "mix credo --strict"),
    ("reaches: deploy", "mix edeliver deploy release to production"),
    ("checks: check", "mix release"),
    ("checks: check", "rebar3 dialyzer"),
    // JVM and Scala
    ("reaches: publish", "sbt clean +publishSigned"),
    ("checks: check", "sbt publishLocal"),
    ("reaches: publish", "./mill __.publish"),
    ("serves: not end", "./gradlew run --continuous"),
    ("reaches: push an image", "./gradlew :api:jib"),
    ("checks: check", "sbt scalafmtCheckAll"),
    ("reaches: deploy", "mvn -B wildfly:deploy"),
    ("reaches: publish", "mvn -B release:perform"),
    ("checks: check", "clojure -M:test"),
    // Apple and mobile
    ("checks: check", "xcodebuild -exportArchive -exportOptionsPlist x.plist -allowProvisioningUpdates"),
    ("checks: check", "xcodebuild test -scheme X -destination 'platform=iOS Simulator'"),
    ("reaches: submit to a store", "bundle exec fastlane deliver --force"),
    ("checks: check", "flutter test integration_test/deploy_test.dart"),
    ("serves: not end", "npx react-native run-android"),
    ("reaches: submit to a store", "npx appcenter-cli distribute release -f x.apk"),
    // Haskell, OCaml, Nix, Guix
    ("reaches: publish", "cabal upload --publish x.tar.gz"),
    ("checks: check", "cabal test all"),
    ("serves: not end", "ghcid --command 'cabal repl'"),
    ("checks: check", "nix build .#deploy"),
    ("checks: check", "nix flake check"),
    ("reaches: install on this machine", "nix profile install nixpkgs#jq"),
    ("reaches: change this machine", "guix system reconfigure config.scm"),
    // Infrastructure
    ("reaches: change infrastructure", "terramate run -- terraform apply"),
    ("reaches: change infrastructure", "atmos terraform apply vpc -s prod"),
    ("checks: check", "atmos terraform plan vpc -s prod"),
    ("reaches: change infrastructure", "tfswitch && terraform apply tfplan"),
    ("checks: check", "terraform-compliance -f features -p plan.out"),
    ("reaches: change a cluster", "helm secrets upgrade x charts/x"),
    ("reaches: change a cluster", "kustomize build overlays/prod | kubectl apply -f -"),
    ("checks: check", "kubectl kustomize overlays/prod"),
    ("reaches: change infrastructure", "crossplane install provider x"),
    ("reaches: change infrastructure", "pulumi stack rm dev --yes"),
    // Game engines and graphics
    ("checks: check", "Unity -batchmode -runTests -projectPath ."),
    ("checks: check", "godot --headless --run-tests"),
    ("reaches: submit to a store", "butler push build me/game:win"),
    ("reaches: submit to a store", "steamcmd +login x +run_app_build x.vdf +quit"),
    // Data and models
    ("changes: change a database", "dbt seed"),
    ("reaches: change a warehouse", "dbt run --target prod"),
    ("checks: check", "dbt test --select orders"),
    ("reaches: change a warehouse", "airflow dags trigger x"),
    ("reaches: deploy", "spark-submit --master yarn --deploy-mode cluster x.py"),
    ("reaches: upload", "huggingface-cli upload me/model ."),
    ("reaches: upload", "wandb sync runs/x"),
    ("serves: not end", "mlflow ui"),
    ("checks: check", "accelerate launch train.py --dry-run"),
    ("serves: not end", "aim up"),
    ("reaches: change what runs in a cloud", "gsutil ls gs://x && bq load d.t gs://x/a.csv"),
    // Queues, caches, search
    ("reaches: change a message queue", "kafka-topics.sh --bootstrap-server x:9092 --delete --topic y"),
    ("reaches: change what runs in a cloud", "aws sqs purge-queue --queue-url x"),
    ("reaches: delete data", "curl -X DELETE http://localhost:9200/index && redis-cli FLUSHALL"),
    ("checks: check", "redis-cli --raw GET session:deploy"),
    // Stores, backups, names
    ("reaches: change what runs in a cloud", "mc mirror --remove build play/site"),
    ("reaches: change a backup", "rclone purge remote:bucket"),
    ("checks: check", "restic forget --dry-run --keep-last 3"),
    ("reaches: change what runs in a cloud", "s3cmd sync public/ s3://site"),
    ("reaches: deploy", "octodns-sync --config-file x.yaml --doit"),
    ("checks: check", "dig +short deploy.example.com"),
    ("checks: check", "nslookup example.com"),
    ("reaches: deploy", "flarectl dns create --zone x"),
    // Remote work and CI
    ("reaches: open a shell on another machine", "tsh ssh root@host uptime"),
    ("reaches: open a shell on another machine", "gcloud compute ssh web --command 'ls'"),
    ("reaches: open a shell on another machine", "aws ssm start-session --target i-1"),
    ("reaches: deploy", "fly -t ci trigger-job -j main/deploy"),
    ("reaches: act on another machine's containers", "docker -H ssh://host ps"),
    ("reaches: change a cluster", "linkerd install | kubectl apply -f -"),
    // Content and others
    ("reaches: change another machine", "wp --ssh=host plugin update --all"),
    ("reaches: send a transaction", "npx hardhat run scripts/deploy.ts --network mainnet"),
    ("checks: check", "npx hardhat test"),
    ("reaches: deploy", "npx sanity deploy"),
    ("reaches: deploy", "shopify theme push"),
    ("reaches: deploy", "npx ampx pipeline-deploy --branch main"),
    ("reaches: deploy", "sf project deploy start"),
    ("reaches: publish", "npx ovsx publish x.vsix"),
    ("changes: rewrite files", "./vendor/bin/php-cs-fixer fix"),
    ("changes: rewrite files", "npx @biomejs/biome check --write ."),
    ("checks: check", "composer run-script test"),
    ("changes: change the repository", "jj commit -m x"),
    ("reaches: push", "jj git push"),
    ("changes: add a dependency", "nimble add x"),
    ("changes: begin a project", "gleam new x"),
    ("installs: install what the project declares", "conda env create -f environment.yml"),
    ("reaches: change this machine", "arduino-cli upload -p /dev/ttyACM0 ."),
    ("checks: check", "platformio test -e native"),
];

#[test]
fn commands_of_other_ecosystems() {
    let found: Vec<String> = CASES.iter().flat_map(|(told, script)| wrong(told, script)).collect();
    assert_eq!((CASES.len(), found), (CASES.len(), Vec::new()));
}

/// More of them, by their effect.
const MORE: &[(CommandEffect, &str)] = &[
    (
        Reaches,
        r#"mkdocs gh-deploy --force
npx lerna version --conventional-commits --yes
balena push my-fleet
cargo dist upload
pants publish src::
bazel run //services/web:push
bazel run //k8s:prod.apply
dagger call publish --registry x
earthly --push +release
tanka apply environments/prod
ansible-pull -U https://x
zarf package deploy x.tar.zst
porter install --reference x
ssh-keyscan host >> ~/.ssh/known_hosts
kinit me && hdfs dfs -rm -r /data
sqoop import --connect jdbc:mysql://db.example.com/x
mongorestore --uri mongodb://prod.example.com/x dump
mysql -h db.internal.example.com < schema.sql
vespa deploy --wait 300
dropbox_uploader upload x y
npx percy exec -- npm test
docker compose exec app rails db:drop
tox -e deploy
nox -s publish
tox -e publish
invoke docker.push
just --justfile infra/justfile destroy
task -d infra apply
gh pr merge --auto --squash && git pull
git push --dry-run && git push
KUBECONFIG=x kubectl create ns y
kubectl get pods -o name | xargs kubectl delete
aws --endpoint-url http://localhost:4566 s3 mb s3://x
rm -rf "${BUILD_DIR:?}"/*
curl -sSL https://get.example.com | sudo bash
bash <(curl -s https://example.com/install.sh)
grpcurl api.example.com:443 x.Y/Z"#,
    ),
    (
        Checks,
        r#"bazel test //services/deploy/...
earthly +test
molecule converge
molecule test
duckdb -c "select 1"
pg_dump app > /tmp/app.sql
cargo run --example deploy
docker compose -f a.yml up --build -d
docker compose run --rm app bundle exec rspec
npx eslint src --fix-dry-run
hatch run lint:check
nox -s release-tests
just --list
make -C deploy test
cd deploy && make
git -c push.default=current log
git commit --dry-run
kubectl --kubeconfig x.yaml get all -A
helm dependency list charts/x
awslocal s3 mb s3://x
rm -f "$TMPDIR/x.sock"
test -z "$(git status --porcelain)"
! git diff --quiet
bash -c "set -e; npm run build && node dist/deploy.js --help"
curl -s localhost:8080/admin/shutdown
http --check-status GET :8000/users
nc -z localhost 5432
ping -c 1 localhost"#,
    ),
    (
        Changes,
        r#"duckdb warehouse.db -c "create table x as select 1"
pg_restore -d app dump.sql
docker compose exec app rails db:migrate
cargo sqlx prepare
npm run generate:types
yarn lint --fix
npm run lint -- --fix
npx eslint src --ext .ts --fix
npx @angular/cli@17 new app
pnpm dlx shadcn@latest add button
python manage.py startapp x
pdm run black .
git commit --allow-empty -m 'deploy'
git -C ../other checkout main
rm -rf node_modules && npm ci"#,
    ),
    (
        Serves,
        "cargo run --bin server
go run ./cmd/server
npm run start:dev
php -S localhost:8000 -t public
bundle exec rackup
docker run -p 80:80 nginx
docker compose -f a.yml -f b.yml up --build",
    ),
];

#[test]
fn more_commands_of_other_ecosystems() {
    for &(effect, scripts) in MORE {
        for script in scripts.lines() {
            assert_eq!((script, strongest(script).effect), (script, effect));
        }
    }
}
