//! Databases, their migrations, queues, backups, and where data and models are kept.

use super::super::databases;
use super::super::statements;
use super::{EffectRow, asks, changes, checks, reaches, serves, waits};

const CHANGES_DATABASE: &str = databases::CHANGES_DATABASE;

pub(super) const ROWS: &[EffectRow] = &[
    // Clients that are given statements
    asks(
        statements::client,
        "psql|mysql|sqlite3|duckdb|sqlcmd|clickhouse-client|clickhouse|cqlsh|mongosh|redis-cli|valkey-cli|\
         keydb-cli|usql|pgcli|mycli|litecli|sqlplus|snowsql|trino|presto|beeline|hive|impala-shell|isql|\
         osql|influx|neo4j-client|cypher-shell|arangosh|vsql|db2|tarantool|memcli|bsqldb, cockroach sql, \
         prisma db execute, rails dbconsole|db|runner|r, manage.py shell|shell_plus|dbshell, wrangler d1 \
         execute, supabase db query|execute, influx query|delete|write, libsql *, heroku pg:psql, flyctl \
         postgres connect, turso db shell, snow sql, bq query, gcloud spanner databases execute-sql, edgedb \
         query, gel query, ksql|ksqldb-cli",
    ),
    checks(
        "clickhouse local, surreal version|validate|is-ready|isready, influx ping|version, etcdctl get|endpoint|member|version|watch|alarm, redis-cli --version|ping",
    ),
    reaches(
        "change a remote database",
        "wrangler d1 execute|migrations|delete|time-travel --remote, wrangler d1 migrations apply, wrangler d1 delete|create|import, heroku pg:*, flyctl postgres *",
    ),
    checks("wrangler d1 list|info|export, wrangler d1 migrations list, wrangler d1 migrations list --local"),
    changes(
        CHANGES_DATABASE,
        "wrangler d1 migrations apply --local, wrangler d1 migrations create, influx setup|write|import, etcdctl put|txn|lease",
    ),
    reaches(
        "delete data",
        "etcdctl del, influx delete, influx bucket|org|user delete, etcdctl snapshot restore",
    ),
    asks(databases::submitted, "spark-submit"),
    // Whole databases
    asks(
        databases::made,
        "createdb|createuser|pg_restore|initdb|mysql_install_db|mongorestore|mongoimport|mysqlimport|pg_ctl|mysqladmin|pgbench|cockroach|pgloader|neo4j-admin",
    ),
    asks(databases::dropped, "dropdb|dropuser|pg_dropcluster, mysqladmin drop"),
    checks(
        "pg_isready|pg_dump|pg_dumpall|mysqldump|mongodump|mongoexport, pg_ctl status, mysqladmin ping|status|version|variables|processlist, cockroach version|demo|node|workload, neo4j-admin database check",
    ),
    serves(
        "cockroach start|start-single-node|demo, redis-server|valkey-server, mongod, mysqld|mysqld_safe, postgres, etcd, memcached, elasticsearch, opensearch, minio server, influxd, nats-server, rabbitmq-server, surreal start, clickhouse server, neo4j console, meilisearch, qdrant, chroma run, weaviate, typesense-server, tigerbeetle start",
    ),
    checks(
        "redis-server|valkey-server --daemonize, redis-server|mongod|mysqld|postgres --version|-V, mongod --fork",
    ),
    // Migrations: of a local database, unless they say of which
    asks(
        databases::migrated,
        "rails db:migrate*|db:create*|db:setup|db:prepare|db:seed*|db:schema:load|db:structure:load|\
         db:fixtures:load|db:environment:set|db:test:prepare, rake db:migrate*|db:create*|db:setup|\
         db:prepare|db:seed*|db:schema:load|db:test:prepare, manage.py migrate|makemigrations|loaddata|\
         createsuperuser|collectstatic|createcachetable|squashmigrations, django-admin migrate|\
         makemigrations|loaddata, alembic upgrade|stamp|merge|downgrade, aerich upgrade, flask db *, flask \
         db upgrade|migrate|init|stamp|downgrade, knex migrate:latest|migrate:up|migrate:rollback|\
         migrate:down|seed:run, sqlx migrate run|revert, cargo sqlx migrate|database *, sqlx database create|setup|reset, diesel migration \
         run|redo|revert, diesel database setup, prisma migrate dev|resolve, prisma db push|seed|pull, \
         drizzle-kit push|migrate|generate|up|drop|pull, typeorm migration:run|migration:revert|\
         schema:sync, typeorm-ts-node-commonjs|typeorm-ts-node-esm migration:run|migration:generate|\
         migration:revert, sequelize db:migrate*|db:seed*|db:create, sequelize-cli db:migrate*|db:seed*|\
         db:create, mikro-orm migration:up|migration:down|schema:update|schema:create, kysely migrate:*, \
         kysely migrate, node-pg-migrate *, db-migrate *, umzug up|down, goose up*|down*|redo|fix, goose * \
         * up|down|up-to|down-to|redo|reset|status, migrate up|down|goto|force, dbmate up|migrate|create|\
         rollback|down|load, atlas migrate apply, atlas schema apply, flyway migrate|repair|baseline, mvn \
         flyway:migrate|liquibase:update, gradle flywayMigrate|liquibaseUpdate, liquibase update|rollback|\
         update-to-tag|changelog-sync, liquibase *, sqitch deploy|revert|rebase, refinery migrate, \
         sea-orm-cli migrate|generate, sea migrate, dotnet ef database, mix ecto.migrate|ecto.create|\
         ecto.setup|ecto.rollback|ecto.load, mix run priv/repo/seeds.exs, artisan migrate|migrate:install|\
         db:seed|migrate:rollback, php-artisan migrate, symfony|console doctrine:migrations:*|\
         doctrine:schema:*|doctrine:fixtures:*|doctrine:database:create, doctrine *, phinx migrate|\
         rollback|seed:run, yoyo apply|rollback|reapply, piccolo migrations, tortoise *, supabase migration \
         up, supabase db reset, supabase seed, hasura migrate apply, pgroll start|complete|rollback, dolt \
         sql|commit|merge|push, bytebase *, squawk-apply, ent migrate, gorm migrate, tern migrate, skeema \
         push, bun db *, convex import, pgmigrate migrate, graphile-migrate migrate|commit|reset, ley up|\
         down, prisma-client-py db *, shmig up|down, soda migrate, buffalo db *, elixir_migrate *, nest \
         migration:run, strapi import|transfer, directus schema|database, payload migrate*, medusa \
         db:migrate|migrations|seed, keystone prisma, wp db|core|plugin|option|post|user|search-replace, \
         drush *",
    ),
    checks(
        "rails|rake db:migrate:status|db:version|db:abort_if_pending_migrations, manage.py check|\
         showmigrations|sqlmigrate|test|diffsettings|findstatic|dumpdata|inspectdb, manage.py \
         makemigrations --check|--dry-run, manage.py migrate --check|--plan, manage.py collectstatic \
         --dry-run|-n, django-admin check|test|version, alembic check|current|history|heads|show|branches, \
         alembic upgrade|downgrade --sql, flask db current|history|heads|show|check|branches, knex \
         migrate:status|migrate:list|migrate:currentVersion, sqlx migrate info, sqlx prepare --check, cargo \
         sqlx prepare --check, diesel migration list|pending, prisma migrate status|diff, drizzle-kit \
         check|studio-check, typeorm migration:show, sequelize|sequelize-cli db:migrate:status, mikro-orm \
         migration:check|migration:list|migration:pending, goose status|version|validate, goose * * status|\
         version, migrate version, dbmate status|dump|wait, atlas migrate lint|status|validate|test, atlas \
         schema inspect|diff|lint|test, atlas schema apply --dry-run, atlas migrate apply --dry-run, flyway \
         info|validate, liquibase status|validate|history|diff|update-sql|updateSQL|checks, sqitch status|\
         verify|log|plan, dotnet ef migrations|dbcontext list|script|has-pending-model-changes|info, dotnet \
         ef migrations list|script|has-pending-model-changes, mix ecto.migrations|ecto.dump, artisan \
         migrate:status, artisan migrate --pretend, symfony|console doctrine:migrations:status|\
         doctrine:schema:validate|doctrine:migrations:list|doctrine:mapping:info|\
         doctrine:migrations:up-to-date|doctrine:migrations:current, phinx status|test, skeema diff|lint|\
         format, supabase migration list, wp db check|size|tables|query, wp * list|get|status|is-installed|\
         verify-checksums, drush status|pm:list, dolt diff|status|log|ls, tern status, hasura migrate \
         status, squawk, wp core version|is-installed|verify-checksums, medusa build",
    ),
    reaches(
        "change a remote database",
        "prisma migrate deploy, drizzle-kit push --force, flyctl postgres attach, hasura migrate apply --endpoint, supabase migration repair|up --linked|--db-url, supabase db push|pull|remote, supabase db push --linked, dolt push",
    ),
    changes(CHANGES_DATABASE, "supabase db push --local"),
    reaches(
        "delete data",
        "rails|rake db:drop*|db:reset|db:purge|db:truncate_all|db:migrate:reset|db:seed:replant|\
         db:test:purge, manage.py flush|reset_db|sqlflush, prisma migrate reset, prisma db push \
         --force-reset|--accept-data-loss, sqlx database drop|reset, diesel database reset|drop, knex \
         migrate:rollback --all, mix ecto.drop|ecto.reset, artisan migrate:fresh|migrate:reset|\
         migrate:refresh|db:wipe, symfony|console doctrine:database:drop|doctrine:schema:drop, flyway \
         clean, mvn flyway:clean, gradle flywayClean, liquibase drop-all|dropAll, typeorm schema:drop, \
         sequelize|sequelize-cli db:drop, mikro-orm schema:drop|schema:fresh|migration:fresh|database:drop, \
         goose reset, goose * * reset, migrate drop, dbmate drop, atlas schema clean, graphile-migrate \
         reset, dotnet ef database drop, alembic downgrade base, drizzle-kit drop --force, wp db reset|\
         drop|clean|import, wp site empty|delete, drush sql-drop|sql:drop|site:install, dropdb --force, \
         payload migrate:fresh|migrate:reset, phinx rollback -t, django-admin flush, supabase db reset \
         --linked|--db-url, sqlx database drop -y",
    ),
    // Queues and streams
    reaches(
        "change a message queue",
        "kafka-topics|kafka-topics.sh --delete|--alter|--create, kafka-configs|kafka-configs.sh|kafka-acls|\
         kafka-acls.sh --alter|--add|--remove, kafka-delete-records|kafka-delete-records.sh, \
         kafka-consumer-groups|kafka-consumer-groups.sh --delete|--reset-offsets, \
         kafka-reassign-partitions.sh --execute, kafka-console-producer|kafka-console-producer.sh, kcat|\
         kafkacat -P, rpk topic delete|create|produce|alter-config|trim-prefix, rpk cluster|group|security|\
         acl config|delete|create|set, rabbitmqctl, rabbitmqadmin, nats pub|publish|req|request|stream|kv|\
         consumer|object, mosquitto_pub, pulsar-admin, celery control|purge|amqp, sidekiqctl, rq empty|\
         requeue, bull-repl *, activemq purge, gcloud pubsub, redpanda *, temporal workflow start|\
         terminate|cancel|signal|reset|execute, temporal schedule|operator, confluent, kcctl, stripe \
         trigger|post|delete, twilio, pusher channels",
    ),
    checks(
        "kafka-topics|kafka-topics.sh --list|--describe|--version, kafka-consumer-groups|\
         kafka-consumer-groups.sh --list|--describe, kcat|kafkacat -L, rpk topic list|describe, rpk cluster \
         info|health|metadata, rabbitmqctl status|list_*|ping|version|cluster_status|environment|await_*, \
         rabbitmqctl, rabbitmqadmin list|get|show, nats stream|kv|consumer|object ls|info|list|view|report|\
         get, nats server|account|rtt, pulsar-admin topics|tenants|namespaces list|stats|get, celery \
         inspect|status|report, rq info, confluent * list|describe, gcloud pubsub * list|describe, temporal \
         workflow list|describe|show|count, stripe --version|get|logs, twilio * list|fetch",
    ),
    reaches(
        "change a message queue",
        "rabbitmqctl add_*|delete_*|purge_*|set_*|stop*|reset|force_*|start_app|join_*|clear_*|change_*|close_*|import_*",
    ),
    serves(
        "kafka-console-consumer|kafka-console-consumer.sh, kcat|kafkacat -C, rpk topic consume, nats sub|subscribe, mosquitto_sub, celery worker|beat|flower, rq worker, sidekiq, resque work, redis-cli|valkey-cli monitor|subscribe|psubscribe, dramatiq, arq, huey_consumer, stripe listen, faktory, temporal server, inngest dev, inngest-cli dev, prefect server start, airflow webserver|scheduler|standalone|worker|triggerer|api-server, dagster dev, mage start, jobs:work *, artisan queue:work|queue:listen|schedule:work|horizon|reverb:start, hasura console, prisma studio, drizzle-kit studio, supabase functions serve, mlflow server|ui, tensorboard, wandb server, streamlit run, gradio *, label-studio start, superset run, metabase, ray start --block, bentoml serve, vllm serve, ollama serve, litellm, marimo edit|run, jupyter, jupyter lab|notebook|server|console|qtconsole, jupyter-lab|jupyter-notebook, panel serve, voila, bokeh serve, chainlit run, langgraph dev|up, torchserve, text-generation-launcher, triton",
    ),
    checks(
        "kafka-console-consumer|kafka-console-consumer.sh --max-messages|--timeout-ms, kcat|kafkacat -C -e|-c, mosquitto_sub -C|-W|-E, nats sub --count, rq worker --burst|-b, artisan queue:work --once|--stop-when-empty, jupyter nbconvert|--version|kernelspec|--paths|labextension|execute|run|troubleshoot, redis-cli --version, litellm --version|--test, arq --check|--burst, dramatiq --version",
    ),
    // Pipelines of data
    reaches(
        "change a warehouse",
        "dbt run|build|seed|snapshot|run-operation|clone|retry --target=prod|--target=production, dbt cloud, airflow dags trigger|delete|backfill|unpause|pause, airflow backfill, airflow variables|connections|pools set|add|delete|import, airflow tasks run|clear, airflow db reset|clean, airflow users, great_expectations checkpoint, prefect deploy, soda scan -d=prod, sqlmesh apply, fivetran, sqoop, dataform run",
    ),
    asks(
        databases::built,
        "dbt run|build|seed|snapshot|run-operation|clone|retry, sqlmesh run|plan, meltano run|invoke",
    ),
    changes(
        CHANGES_DATABASE,
        "airflow db init|migrate|upgrade, dagster job|asset, dvc repro|exp|pull, feast materialize|materialize-incremental, great_expectations init",
    ),
    checks(
        "dbt compile|parse|docs|ls|list|debug|deps|clean|show|source|--version, airflow dags list|test|show|report|list-import-errors|state, airflow tasks test|list|render, airflow db check|check-migrations, airflow version|info|config|providers, sqlmesh lint|test|format|info|render|diff, dataform compile|test, dagster definitions|instance, dvc status|diff|dag|metrics|plots|list, feast plan",
    ),
    reaches(
        "push",
        "dvc push, feast apply|teardown, lakectl, pachctl create|update|delete|put, delta-share *",
    ),
    // Models and their runs
    reaches(
        "upload",
        "huggingface-cli upload|upload-large-folder|repo|delete-cache|tag|repo-files|login|logout, wandb \
         sync|login|artifact|launch|sweep|agent|job, mlflow deployments|models|runs|gc|artifacts, kaggle \
         datasets|kernels|models|competitions create|version|push|submit|init|update|delete, clearml-task, \
         clearml-data upload|create|close|delete, neptune sync, comet upload, comet-upload, tensorboard \
         dev, ollama push|create|rm|cp, replicate, cog push, truss push, gradio deploy, openai api, openai \
         fine_tunes.create, lightning run, sagemaker *, vertexai *, determined *, det experiment|cmd|shell|\
         model create|kill|delete|run, runpodctl, vastai, lambda-cloud, roboflow upload|login, labelbox *, \
         ultralytics hub, spacy huggingface-hub push, langsmith *, promptfoo share, braintrust push, weave \
         *, label-studio-sdk *, langgraph deploy, civo, exoscale",
    ),
    checks(
        "huggingface-cli download|scan-cache|whoami|env|version, hf download|env, wandb status|offline|online|disabled|verify|docker-run, wandb sync --help, kaggle * list|files|status, kaggle competitions|datasets|kernels list|files|status|download|pull, mlflow doctor|--version|run|experiments, mlflow experiments|runs|models search|list|describe|csv, ollama list|ls|ps|show|run|pull, cog predict|build|run, truss predict, openai api models.list, det experiment|master|slot list|describe, roboflow whoami",
    ),
    // Backups and object stores
    reaches(
        "change a backup",
        "restic, borg create|delete|prune|init|compact|recreate|rename|break-lock|restore|import-tar, borgmatic, duplicity, duplicacy, kopia, rustic, rdiff-backup, bup save|rm, tarsnap, rclone sync|move|copy|delete|purge|cleanup|copyto|moveto|bisync|rmdir|rmdirs|deletefile|mkdir|rcat|dedupe|settier|link|mount|touch|config, velero, pgbackrest, wal-g, barman, mysqlbackup, xtrabackup --restore, zfs destroy|rollback|send|receive|create|set|snapshot|rename, zpool, btrfs subvolume, lvremove|lvcreate|vgremove|pvremove, timeshift, tmutil delete|restore",
    ),
    checks(
        "restic snapshots|check|ls|stats|diff|find|cat|version|list, restic forget|backup|prune|restore --dry-run|-n, borg list|info|check|diff|--version, borg create|delete|prune --dry-run|-n, borgmatic list|info|config|--version, kopia snapshot list, rclone ls|lsd|lsl|lsf|lsjson|size|check|cat|listremotes|version|tree|about|cryptcheck|md5sum|sha1sum|hashsum, rclone config show|dump|file, rclone * --dry-run|-n, zfs list|get, zpool status|list|get|iostat, btrfs subvolume list|show, pgbackrest info|check, barman list*|show*|check, wal-g backup-list, duplicity collection-status|verify, tarsnap --list-archives, rustic snapshots|check",
    ),
    waits("surreal sql, ksql|ksqldb-cli $"),
];
