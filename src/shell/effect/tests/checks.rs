//! What looks dangerous and only checks.

use super::wrong;

/// Commands with a word of another one in their arguments.
const ARGUMENTS: &str = r#"cargo test rollback
cargo test --test deploy
cargo nextest run -E 'test(push)'
cargo run -- rm x
cargo run -- deploy --prod
cargo bench publish
go test -run Shutdown ./...
go test ./internal/deploy/...
go run ./cmd/migrate --help
pytest -k deploy
pytest deploy
pytest tests/test_rollback.py -k 'drop or delete'
uv run pytest -k rollback
python3 -m pytest deploy
python -m unittest tests.test_deploy
poetry run pytest tests/release
npx jest rollback
npx vitest run src/deploy.test.ts
npm test -- rollback
npm test -- deploy
npm run test -- --grep publish
yarn test deploy
pnpm vitest run push
bundle exec rspec spec/deploy_spec.rb
mix test test/release_test.exs
dotnet test --filter Deploy
mvn test -Dtest=DeployTest
gradle test --tests '*PublishTest'
./gradlew check
phpunit --filter testDelete
swift test --filter PushTests
echo 'git push'
echo "rm -rf /"
echo rm -rf /
printf '%s' 'kubectl apply -f x'
cat deploy.sh
head -5 scripts/release.sh
bash -n deploy.sh
shellcheck ./deploy.sh
shfmt -d scripts/deploy.sh
test -x ./deploy.sh
[ -f scripts/publish.sh ]
ls dist/release
ls -la scripts/deploy
grep -q 'git push' README.md
grep -rn 'rm -rf' scripts
rg 'DROP TABLE' migrations
rg --files deploy
! grep -rn 'npm publish' .github
git grep 'kubectl delete'
git log --grep revert
git log -S 'terraform apply' -- infra
git diff --check
git diff HEAD~1 --stat
git show HEAD:deploy.sh
git status --porcelain
git branch --show-current
git tag --list 'v*'
git config --get remote.origin.url
git config user.name
git stash list
git worktree list
git remote -v
git fetch origin main
git push --dry-run
git ls-remote origin
jq .scripts.deploy package.json
awk '/deploy/ {print}' Makefile
sed -n '/publish/p' package.json
diff a.txt deploy.txt
wc -l scripts/deploy.sh
find . -name 'deploy*'
find . -name '*.rs' -exec grep -l push {} +
cat <<'E'
rm -rf /
kubectl delete ns prod
E
python -c 'print("deploy")'
node -e 'require("./deploy")'
node --check scripts/deploy.js
node --test tests/deploy
node tests/deploy.test.js
python tests/test_deploy.py
bash tests/deploy.sh
python -m py_compile scripts/release.py
ruby -c deploy.rb
php -l deploy.php
make test
make -n deploy
make --dry-run release
make deploy.o
make build-release
make check-release
cmake --build deploy
npm run test:deploy
npm run build:release
npm run lint:deploy
npm run deploy:dry-run
npm run release:check
yarn build
cargo build --release
swift build -c release
flutter build apk --release
dotnet publish -c Release
gradle publishToMavenLocal
docker --help
kubectl --version
deploy --help
vercel --version
terraform --version
git push --help
kubectl apply --help"#;

#[test]
fn a_word_in_an_argument_decides_nothing() {
    assert_eq!(wrong("checks: check", ARGUMENTS), [""; 0]);
}

/// Commands that look at other systems, or only try something.
const LOOKS: &str = "kubectl get deploy
kubectl -n prod get pods -o wide
kubectl describe pod delete-me
kubectl logs deploy/web --tail 20
kubectl rollout status deploy/web
kubectl diff -f k8s
kubectl config current-context
kubectl auth can-i delete pods
kubectl apply --dry-run=client -f k8s/
kubectl apply -f k8s --dry-run=server
kubectl create configmap x --from-file=a --dry-run=client -o yaml
kustomize build overlays/prod
kubeconform -strict k8s
helm lint charts/x
helm template charts/x --set push=true
helm upgrade --install x charts/x --dry-run
helm list -A
terraform plan
terraform -chdir=infra plan -destroy
terraform validate
terraform fmt -check
terraform state list
tofu plan
terragrunt plan
pulumi preview
cdk synth
cdk diff
ansible-playbook site.yml --check
ansible-playbook --syntax-check deploy.yml
ansible-lint deploy.yml
aws s3 ls
aws sts get-caller-identity
aws --profile prod ec2 describe-instances
aws s3 sync dist s3://x --dryrun
gcloud projects list
gcloud run services describe web
gsutil ls gs://x
az group list
az webapp show -n x
gh pr view 1
gh pr checks
gh pr diff 2
gh run list --workflow deploy.yml
gh run watch 3
gh release list
gh api repos/o/r
gh api graphql -f query='query { viewer { login } }'
glab mr list
docker build -t x .
docker compose build
docker compose ps
docker compose config -q
docker compose up -d
docker compose up -d --wait db
docker compose down
docker run --rm x pytest
docker run -d --name db postgres
docker exec db pg_isready
docker compose exec -T db psql -U x -c 'select 1'
docker compose run --rm web npm test
docker images
docker logs web
npm publish --dry-run
npm pack --dry-run
npm view x versions
npm audit
npm outdated
cargo publish --dry-run
cargo publish -p x --dry-run --allow-dirty
cargo package
twine check dist/*
poetry publish --dry-run
goreleaser release --snapshot --clean
goreleaser check
semantic-release --dry-run
npx wrangler deploy --dry-run
vercel build
netlify build
firebase emulators:exec 'npm test'
heroku logs -a x
flyctl status
wrangler types
supabase db lint
supabase test db
supabase gen types typescript --local
npx prisma validate
npx prisma generate
prisma migrate status
rails db:migrate:status
python manage.py check --deploy
python manage.py makemigrations --check --dry-run
python manage.py showmigrations
python manage.py test
alembic current
alembic upgrade head --sql
psql -c 'select 1 from rollback'
psql $DATABASE_URL -c '\\dt'
psql -l
psql -d x <<'E'
select count(*) from users;
E
sqlite3 app.db '.schema'
sqlite3 :memory: 'create table x(a); drop table x'
mysql -e 'show tables' app
redis-cli ping
mongosh --eval 'db.users.countDocuments()'
curl -fsS https://example.com/health
curl -X POST http://localhost:3000/api/x -d '{}'
curl -s http://127.0.0.1:8000/delete | jq .
curl -XDELETE http://web.test/x
rsync -avn dist/ host:/srv
systemctl status nginx
systemctl is-active x
crontab -l
nginx -t
rm -rf /tmp/x
cp a.txt /tmp/a.txt
cargo test 2>&1 | tee /tmp/test.log
cargo test > test.log 2>&1
cargo build 2>/dev/null
mkdir -p build && cmake -B build
cargo fmt --check
cargo fmt --all -- --check
prettier --check .
black --check .
ruff check .
ruff format --check
eslint .
gofmt -l .
mix format --check-formatted
pre-commit run --all-files
npx tsc --noEmit
vite build
vitest run
npx storybook build
timeout 5 npm start
npm start & sleep 1
timeout 10s tail -f x
top -b -n 1
python manage.py check
dbt compile
kafka-topics --list
restic snapshots
rclone ls remote:x
huggingface-cli download x
adb devices
forge test
ls | wc -l
which psql
sudo --version
source .venv/bin/activate && pytest
export CI=1; npm test
xargs -n1 echo < x
time make test
env CI=1 npm test
kill %1";

#[test]
fn what_looks_at_other_systems_and_what_only_tries_checks() {
    assert_eq!(wrong("checks: check", LOOKS), [""; 0]);
}
