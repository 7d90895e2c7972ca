//! Commands of the kinds that plans have behind their steps.

use super::super::CommandEffect::{self, Checks, Reaches};
use super::super::strongest;

/// Commands by their effect.
const PLANS: &[(CommandEffect, &str)] = &[
    (
        Checks,
        r#"npx tsc -p tsconfig.json --noEmit && npx eslint . --max-warnings 0
docker compose -f docker-compose.test.yml up --abort-on-container-exit
docker run --rm -v $PWD:/w -w /w node:20 npm test
docker build --target test -f deploy/Dockerfile .
DATABASE_URL=postgres://localhost/test cargo test -- --test-threads=1
python -m mypy src/deploy
python scripts/validate_release.py
node scripts/check-deploy-config.js
./scripts/test-deploy.sh
bash scripts/verify.sh --strict
cd packages/publish && npm test
npm run build -w packages/release
pnpm --filter deploy test
pnpm -r build
yarn workspace deploy test
npx nx test deploy
npx nx affected -t test
npx turbo run build test lint
bun test push.test.ts
deno test --allow-read deploy_test.ts
go vet ./deploy/...
golangci-lint run ./release/...
cargo clippy --all-targets -- -D warnings
cargo doc --no-deps
cargo deny check
mvn -q verify
mvn clean install
./gradlew build
sbt test
dotnet build && dotnet test
bundle exec rubocop
bin/rails test test/models/push_test.rb
bin/rails routes | grep deploy
php artisan test --filter=DeployTest
php artisan route:list
vendor/bin/phpstan analyse
vendor/bin/phpunit tests/DeployTest.php
mix test && mix format --check-formatted
psql -U postgres -d app -c "SELECT * FROM deployments LIMIT 1"
psql "$DATABASE_URL" -tAc "select count(*) from users where deleted_at is null"
sqlite3 data.db "SELECT count(*) FROM pushes"
redis-cli -h localhost get x
curl -sf http://localhost:8080/healthz
curl -i -X POST http://localhost:3000/api/deploy -H 'Content-Type: application/json' -d '{"a":1}'
curl -I https://example.com
kubectl wait --for=condition=available deploy/web --timeout=60s
helm template . | kubectl apply --dry-run=client -f -
terraform init -backend=false && terraform validate
ansible-playbook -i hosts site.yml --syntax-check
gh workflow view deploy.yml
gh pr list --search 'release'
git log --oneline origin/main..HEAD
git diff --name-only HEAD -- scripts/deploy.sh
grep -c 'DELETE FROM' migrations/*.sql
find src -name '*.ts' | xargs grep -n push
diff <(sort a) <(sort b)
for f in scripts/*.sh; do bash -n "$f"; done
test "$(grep -c deploy README.md)" -ge 1
jq -e '.scripts.deploy' package.json > /dev/null
stat -c %s dist/app.js
npm run lint && npm run typecheck && npm test
npm run e2e -- --headed=false
npx playwright test --project=chromium
npx cypress run
make lint test build
just ci
task test:unit
.venv/bin/python -m pytest -x
uv run python -m app --help
uv run ruff check . && uv run mypy .
coverage run -m pytest && coverage report
swift build && swift test
xcodebuild -scheme App build
flutter analyze
zig build test
cmake --build build && ctest --test-dir build
ninja -C build test
meson test -C build
node -e "fetch('http://localhost:3000').then(r=>process.exit(r.ok?0:1))"
python - <<< 'print(1)'
echo '{}' | jq .
cat x.json | python -m json.tool
ls -la && pwd && date +%s
hyperfine 'cargo run --release'
shellcheck scripts/*.sh
yamllint .github/workflows/deploy.yml
actionlint
act -n
nix flake check
vale docs/
markdownlint '**/*.md'
lychee README.md
npx lighthouse http://localhost:3000
k6 run load.js
locust --headless -u 1 -r 1 --host http://localhost:8000 -t 10s
wrk -t1 -c1 -d5s http://localhost:3000
openssl s_client -connect localhost:443 < /dev/null
dig example.com
adb shell getprop
tar czf /tmp/x.tgz dist
tar tzf dist.tgz
unzip -l dist.zip"#,
    ),
    (
        Reaches,
        r#"ssh -o BatchMode=yes host 'systemctl status x'
git remote add prod ssh://x && git push prod main
npx changeset version && npx changeset publish
aws cloudformation deploy --template-file x.yml
az webapp up
helm repo update && helm upgrade x y
docker compose exec web bin/rails runner 'User.destroy_all'
env RAILS_ENV=production bundle exec rails db:migrate
terraform workspace select prod && terraform apply
npm run build && npm publish
python setup.py sdist upload
python -m build && python -m twine upload dist/*
mongosh "mongodb+srv://prod.example.com" --eval "db.x.find()"
curl -u a:b -T x.tgz https://repo.example.com/
for h in a b; do ssh $h uptime; done
find . -name x -exec scp {} host: \;
timeout 60 terraform apply
nohup ./deploy.sh &
yes | npx prisma migrate reset
echo y | gh repo delete x"#,
    ),
];

#[test]
fn what_plans_ask_for_to_see_whether_a_step_is_done() {
    for &(effect, scripts) in PLANS {
        for script in scripts.lines() {
            assert_eq!((script, strongest(script).effect), (script, effect));
        }
    }
}
