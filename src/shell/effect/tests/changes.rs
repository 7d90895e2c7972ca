//! What changes the project, what installs what it declares, and what does not end.

use super::wrong;

fn holds(cases: &[(&str, &str)]) {
    let found: Vec<String> = cases.iter().flat_map(|(told, scripts)| wrong(told, scripts)).collect();
    assert_eq!(found, [""; 0]);
}

/// Commands by what they change.
const CHANGES: &[(&str, &str)] = &[
    (
        "changes: add a dependency",
        "npm install express
npm i -D jest
npm install --save-dev jest
pnpm add -D jest
yarn add x
bun add x
pip install requests
python -m pip install requests
uv add x
poetry add x
cargo add serde
cd web && cargo add serde
go get example.com/x
composer require x/y
bundle add x
dotnet add package x
flutter pub add x",
    ),
    (
        "changes: change what the project depends on",
        "npm uninstall x\nnpm update\ncargo update\ngo mod tidy\npoetry lock\nbundle update\nnpm audit fix",
    ),
    (
        "changes: begin a project",
        "npm init -y\ncargo new x\nnpm create vite@latest\nrails new x\npoetry init",
    ),
    (
        "changes: rewrite files",
        "cargo fmt
prettier --write .
npx prettier -w src
black .
isort .
ruff format
ruff check --fix
eslint . --fix
gofmt -w .
go fmt ./...
terraform fmt
mix format
npm run format
npm run lint:fix
make fmt
sed -i s/a/b/ x
grep -rl x . | xargs sed -i s/a/b/
perl -pi -e s/a/b/ x
rubocop -A
dart format .
cargo clippy --fix --allow-dirty",
    ),
    ("changes: rewrite snapshots", "npx jest -u\ncargo insta accept\npytest --snapshot-update"),
    (
        "changes: generate files",
        "rails g model x
npx create-react-app x
django-admin startproject x
alembic revision --autogenerate -m x
make generate
npm version patch
protoc --go_out=. x.proto
ng generate component x",
    ),
    (
        "changes: change a database",
        "npx prisma migrate dev
rails db:migrate
bin/rails db:seed
python manage.py migrate
python3 manage.py makemigrations
uv run python manage.py migrate
alembic upgrade head
npx knex migrate:latest
sqlx migrate run
diesel migration run
npm run db:migrate
make seed
mix ecto.migrate
psql -f schema.sql
psql app < schema.sql
sqlite3 app.db 'insert into x values (1)'
redis-cli set a b
createdb app
docker compose exec web python manage.py migrate
flask db upgrade
php artisan migrate
npx drizzle-kit push",
    ),
    (
        "changes: change data",
        "tsx scripts/move-lamps.ts\nnode scripts/backfill_users.js\npython scripts/import-data.py\nnpx ts-node scripts/seed.ts\nbun run scripts/migrate.ts",
    ),
    (
        "changes: change the repository",
        "git commit -m x
git add .
git checkout main
git checkout -- x
git reset --hard
git stash
x=$(git stash)
git merge x
git rebase main
git branch -D x
git branch new
git tag v1
git pull
git cherry-pick abc
git config user.name x
git worktree add ../x
if true; then git -C sub reset --hard; fi",
    ),
    (
        "changes: delete files",
        "rm -rf build\n/bin/rm x\nenv A=1 rm -rf x\nbash -c 'rm -rf x'\nfind . -name x -delete\ngit clean -fd\nrm -r diary\nfind . -name x | xargs rm\nfind . -exec rm {} +\nnpx rimraf dist",
    ),
    (
        "changes: write files",
        "echo x > src/a.rs\nprintf x >> README.md\ncp a b\ntouch a\nchmod +x a\nx | tee a.txt\nfind . -name x | xargs touch",
    ),
    ("changes: move files", "mv a b"),
    ("changes: download a file", "wget https://example.com/x\ncurl -sSLO https://example.com/x"),
    ("changes: set something up", "./install.sh\nbash scripts/setup.sh"),
];

#[test]
fn what_changes_the_project() {
    holds(CHANGES);
}

#[test]
fn what_installs_what_the_project_declares() {
    holds(&[(
        "installs: install what the project declares",
        "npm install
npm ci
npm --prefix web ci
pnpm install --frozen-lockfile
yarn
yarn install
bun install
pip install -r requirements.txt
pip install -e .
pip install -e '.[dev]'
pip install .
uv sync
uv pip install -r requirements.txt
poetry install
bundle install
cargo fetch
go mod download
composer install
mix deps.get
dotnet restore
flutter pub get
terraform init
helm dependency build
git submodule update --init
npx playwright install
make install",
    )]);
}

/// Commands that somebody has to stop, or to type for.
const ENDLESS: &[(&str, &str)] = &[
    (
        "serves: not end",
        "npm run dev
npm --prefix web run dev
cd web && npm start
yarn dev
pnpm run start
make serve
just watch
docker compose -f x.yml up
docker compose logs -f
python3 -m http.server 8000
uv run uvicorn app:app
flask run
python manage.py runserver
php artisan serve
rails s
bin/rails server
vite
npx vite
next dev
next start
storybook dev
tail -f log
tail -F log
journalctl -fu x
kubectl logs -f x
kubectl port-forward svc/x 80
npx vitest --watch
npx jest --watch
tsc -w
tsc --noEmit --watch
cargo watch -x test
npm test -- --watch
nodemon app.js
node server.js
watch ls
mix phx.server
jupyter notebook
ng serve
hugo server
wrangler dev
docker stats
redis-server
celery -A x worker
stripe listen
streamlit run app.py
ping example.com
sleep infinity
gradle bootRun
mkdocs serve
adb logcat",
    ),
    (
        "serves: wait for somebody who types",
        "vim x
less x
psql
psql app
python
python3
node
docker run -it x
docker run -it x bash
docker exec -it db psql
irb
sqlite3 app.db
gh auth login",
    ),
];

#[test]
fn what_does_not_end() {
    holds(ENDLESS);
}
