//! What reaches outside, and how that is called.

use super::wrong;

fn holds(cases: &[(&str, &str)]) {
    let found: Vec<String> =
        cases.iter().flat_map(|(would, scripts)| wrong(&format!("reaches: {would}"), scripts)).collect();
    assert_eq!(found, [""; 0]);
}

/// Commands by what they do to registries, stores and hosts of repositories.
const REGISTRIES: &[(&str, &str)] = &[
    (
        "publish",
        "npm publish
npm publish --access public
cd pkg && npm publish
pnpm -r publish
yarn npm publish
cargo publish -p core
python -m twine upload dist/*
twine upload dist/*
poetry publish --build
uv publish
gem push x.gem
mix hex.publish
npx @changesets/cli publish
npx semantic-release
npx lerna publish
goreleaser release
mvn deploy
./gradlew publish
dotnet nuget push x.nupkg
helm push x.tgz oci://r
vsce publish
mkdocs gh-deploy
npx gh-pages -d dist
npm run publish
make publish
flutter pub publish",
    ),
    (
        "change what is published",
        "npm unpublish x@1
npm dist-tag add x@1 latest
npm owner add me x
npm deprecate x y
cargo yank --version 1 x
cargo owner --add me",
    ),
    (
        "push",
        "git push
git push origin main --tags
git -C sub push -f
test -f x && (cd y; git push)
bash -c 'git push'
git push origin :old
make push
npm run docker:push
dvc push",
    ),
    (
        "push an image",
        "docker push x:1
docker buildx build --push .
docker compose push
docker image push x",
    ),
    (
        "change what the repository's host keeps",
        "gh pr create --fill
gh pr merge 1
gh pr close 1
gh release create v1
gh release delete v1
gh workflow run deploy.yml
gh issue edit 1
gh repo delete x
gh secret set X
gh api -X POST repos/o/r/issues
gh api repos/o/r/issues -f title=x
gh api graphql -f query='mutation { x }'
glab mr create
hub pull-request",
    ),
    (
        "release",
        "make release
npm run release
./scripts/release.sh
bash scripts/release.sh 1.0
python scripts/release.py
npx release",
    ),
    ("submit to a store", "eas submit\neas update\nbundle exec fastlane beta\nxcrun altool --upload-app"),
];

#[test]
fn registries_and_repositories() {
    holds(REGISTRIES);
}

/// Commands by what they do to platforms, clusters and clouds.
const DEPLOYMENTS: &[(&str, &str)] = &[
    (
        "deploy",
        "make deploy
make -C infra deploy
make test deploy-staging
npm run deploy
npm run deploy:prod
yarn deploy
just deploy prod
task deploy
bun run deploy
nx deploy web
npx turbo run deploy
rake deploy
npx wrangler deploy
npx wrangler pages deploy dist
uv run --with x fab deploy
uv run deploy
fly deploy
./deploy.sh
./scripts/deploy-all.sh --test
./deploy.sh --dry-run
bash -euo pipefail deploy.sh
infra/deploy
vercel
vercel --prod
npx vercel@latest deploy
pnpm vercel --prod
netlify deploy --prod
heroku ps:scale web=1
heroku config:set A=1
railway up
firebase deploy --only hosting
supabase functions deploy x
eb deploy
serverless deploy
sam deploy --guided
cap production deploy
kamal deploy
gcloud run deploy web
doctl apps create
nixos-rebuild switch
unknown-tool deploy prod
docker exec c ./deploy.sh",
    ),
    (
        "change a cluster",
        "kubectl apply -f k8s/
kubectl -n prod delete pod x
kubectl --context prod rollout restart deploy/web
kubectl scale deploy/web --replicas 0
kubectl apply -f x --dry-run=none
oc apply -f x
helm install x charts/x
helm upgrade --install x charts/x
helm uninstall x
helm rollback x 1
argocd app sync x
flux reconcile kustomization x
docker stack deploy -c x.yml web
docker service update web",
    ),
    (
        "open a shell on another machine",
        "kubectl exec -it web -- sh\nssh host ls\nssh -i key me@host 'rm -rf x'\nmosh host",
    ),
    (
        "change infrastructure",
        "terraform apply
terraform -chdir=infra apply -auto-approve
terraform destroy
terraform import a.b c
terraform state rm a.b
tofu apply
terragrunt apply
terragrunt run-all apply
pulumi up -y
pulumi destroy
cdk deploy --all
npx cdk destroy
ansible-playbook site.yml
ansible all -m shell -a reboot
packer build x.pkr.hcl
nomad run x.nomad
vault kv put a b=c
make tf-apply",
    ),
    (
        "change what runs in a cloud",
        "aws s3 cp x s3://y
aws s3 sync dist s3://y --delete
aws s3 rm s3://y/x
aws --region eu-west-1 ec2 create-vpc --cidr-block x
aws lambda update-function-code --function-name x
aws dynamodb put-item --table-name x
gsutil rm gs://x/y
gsutil -m rsync -r a gs://b
mc rm --recursive play/x
azcopy copy a b",
    ),
];

#[test]
fn deployments_clusters_and_clouds() {
    holds(DEPLOYMENTS);
}

/// Commands by what they do to data.
const DATA: &[(&str, &str)] = &[
    (
        "delete data",
        "psql -c 'DROP TABLE users'
psql $DATABASE_URL -c 'truncate users'
psql <<'E'
select 1;
delete from users;
E
docker compose exec db psql -U x -c 'DROP DATABASE x'
mysql -e 'DELETE FROM x' app
mongosh --eval 'db.dropDatabase()'
redis-cli flushall
redis-cli -p 6380 FLUSHDB
dropdb app
rails db:drop
bin/rails db:reset
bundle exec rake db:reset
npx prisma migrate reset --force
php artisan migrate:fresh
npm run db:reset
python manage.py flush --no-input
rails runner 'User.delete_all'",
    ),
    (
        "change a remote database",
        "RAILS_ENV=production rails db:migrate
knex migrate:latest --env production
sqlx migrate run --database-url postgres://u:p@db.example.com/x
npx prisma migrate deploy
supabase db push
npx wrangler d1 execute x --remote --command 'insert into a values (1)'
npm run migrate:prod
psql -h db.example.com -c 'insert into x values (1)'",
    ),
    (
        "open a remote database",
        "psql -h db.example.com -c 'select 1'\npsql postgres://u@db.example.com/x -c 'select 1'\nmysql -h prod-db -e 'select 1'",
    ),
    (
        "delete containers' volumes",
        "docker compose down -v\ndocker-compose -f x.yml down --volumes\ndocker volume rm x\ndocker system prune -f\ndocker volume prune",
    ),
    (
        "change a message queue",
        "kafka-topics --delete --topic x\nrabbitmqctl purge_queue x\nnats stream purge x",
    ),
    ("change a backup", "restic forget --prune\nrclone sync a b:c\nborg delete x"),
];

#[test]
fn databases_queues_and_data_of_others() {
    holds(DATA);
}

/// Commands by what they do to this machine and others.
const MACHINES: &[(&str, &str)] = &[
    (
        "delete files outside of the project",
        "rm -rf /
rm -rf ~/x
rm -rf $HOME/.cache
rm -rf ../other
rm -rf \"$DIR\"
cd /etc && rm x
find / -name x -delete
find ~ -name x | xargs rm -rf ~/y
mv /etc/x .",
    ),
    (
        "write outside of the project",
        "echo x > /etc/hosts\necho x >> ~/.bashrc\ncp x /usr/local/bin/x\nx | tee /etc/y\nchown -R me /var/lib/x\nln -s $PWD/x ~/bin/x",
    ),
    ("overwrite a device", "dd if=x of=/dev/sda bs=4M"),
    ("act as another user", "sudo ls\nsudo -u postgres psql\ndoas make install\nsudo systemctl restart x"),
    (
        "install on this machine",
        "apt-get install -y jq\nbrew install jq\ndnf install x\nnpm install -g x\nnpm i -g x\ncargo install x\npipx install x\ngem install x\nuv tool install x",
    ),
    ("stop this machine", "shutdown -h now\nreboot"),
    (
        "change services of this machine",
        "systemctl restart x
systemctl enable --now x
service nginx restart
launchctl load x.plist",
    ),
    (
        "change this machine",
        "crontab -r\ncrontab new.txt\nuseradd x\niptables -F\nufw allow 80\nmkfs.ext4 /dev/sdb\nip link set eth0 down",
    ),
    ("copy files from or to another machine", "scp x host:/y\nrsync -a dist/ me@host:/srv\nsftp host"),
    ("send mail", "sendmail x < y\nmail -s x me@example.com"),
    (
        "send data to another machine",
        "curl -X POST https://api.example.com/x -d '{}'
curl --data @x https://hooks.example.com
curl -X DELETE $API_URL/x
wget --post-data=x https://example.com
http POST https://example.com a=b",
    ),
];

#[test]
fn the_machine_and_other_machines() {
    holds(MACHINES);
}
