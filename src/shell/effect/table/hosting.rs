//! Hosting of repositories and of applications: whatever is not known to look only reaches outside.

use super::super::http;
use super::{EffectRow, asks, changes, checks, reaches, serves, waits};

pub(super) const ROWS: &[EffectRow] = &[
    // Repositories and their pipelines
    reaches("change what the repository's host keeps", "gh|glab|tea|bb|lab|az-devops|forgejo-cli|berg"),
    checks(
        "gh|glab|tea|lab * view|list|ls|status|diff|checks|verify|search|download|watch|show|get|logs|\
         trace|lint|token|verify-asset|list-secrets, gh|glab|tea search|status|browse|version|help|\
         completion, gh auth status|token, gh extension|ext list, gh release download|view|list, gh run \
         view|list|watch|download, gh attestation verify|download, gh ruleset check|list|view, gh codespace \
         list|logs|view, glab ci lint|config|get|list|view|status|trace, gh|glab|tea $, act, circleci \
         config, gitlab-runner exec, gitlab-ci-local, woodpecker-cli exec|lint, drone exec|lint, dagger functions, buildkite-agent --version",
    ),
    changes(
        "change the repository",
        "gh pr checkout, gh co, glab mr checkout, gh|glab repo clone, gh gist clone",
    ),
    asks(http::api, "gh|glab api"),
    serves("gh codespace ssh|ports|code|jupyter, glab duo ask"),
    waits("gh|glab auth login"),
    reaches(
        "start a pipeline somewhere else",
        "circleci, buildkite-agent, bk build, drone, woodpecker-cli, jenkins-cli, argo submit|delete|stop|\
         terminate|retry|resubmit, tkn, travis, semaphore, appveyor",
    ),
    reaches("change what the issue tracker keeps", "jira, linear, sentry-cli, acli, trello, asana"),
    checks(
        "jira * list|view, jira me|serverinfo, linear issue list|view, sentry-cli info|--version, argo list|get|logs|lint, sentry-cli releases propose-version, sentry-cli * list",
    ),
    // Platforms
    reaches("deploy", "mix edeliver, mix deploy"),
    reaches("push an image", "gradle *:jib|jib"),
    reaches("change another machine", "wp|drush --ssh, wp|drush --alias"),
    reaches(
        "deploy",
        "vercel, netlify deploy|build:deploy|sites:*|env:*|init|link|unlink|functions:invoke|api|blobs:*|\
         addons:*, wrangler deploy|publish|delete|rollback|versions|deployments|secret|secret:*|kv|kv:*|r2|\
         queues|hyperdrive|vectorize|dispatch-namespace|tail|login|pipelines|workflows|containers, wrangler \
         pages deploy|publish|project|deployment|secret, heroku, flyctl, railway, firebase deploy|\
         hosting:*|functions:*|firestore:*|database:*|ext:*|apps:*|projects:*|auth:*|remoteconfig:*|\
         apphosting:*|target:*|use|login, render deploys|services|jobs|restart|workspace, doctl, dokku, cap \
         *, cap deploy, kamal, mrsk, caprover, coolify, northflank, koyeb, zeabur, sherpa, up *, porter, \
         platform, upsun, shuttle deploy|project|stop|resource, cargo shuttle deploy|project|stop|resource, \
         modal deploy|app|secret|volume|run, genezio deploy, deployctl, deno deploy, begin deploy, arc \
         deploy|destroy|env, sst deploy|remove|secret, sls|serverless, sam deploy|delete|sync|publish|\
         package, chalice deploy|delete, zappa, claudia, up deploy, apex deploy, eb, copilot deploy|init|svc|app|env|job|pipeline|task|secret|storage|run, amplify, \
         lightsail, ecs-cli, ecs-deploy, gcloud, az, func azure, swa deploy, azd, ibmcloud, oci, scw, \
         hcloud, linode-cli, vultr-cli, exo, civo, ovhai, yc, aliyun, tccli, cf push|delete|restart|\
         restage|scale|bind-service|create-service|set-env|map-route|run-task|login, s2i, mup deploy, pm2 \
         deploy, dpl, shipit, dep deploy|rollback, deployer deploy, envoy run, vapor deploy, forge deploy|\
         ssh, ploi deploy, fab deploy*, nixops deploy|destroy|reboot|ssh, deploy-rs, colmena apply|\
         apply-local|upload-keys|exec, morph deploy, nixos-rebuild switch|boot|test, darwin-rebuild switch, \
         home-manager switch, waypoint up|deploy|release|destroy, convox deploy|apps|run|exec|env|releases|\
         scale, hasura deploy|migrate|metadata|seed, convex deploy|env|import|run, edgedb cloud, neonctl, \
         turso, pscale, planetscale, atlas cluster*|clusters, xata, upstash, fauna, prisma-cloud, expo \
         deploy, partykit deploy, cloudflared tunnel, ngrok, lt, localtunnel, tailscale, zrok, bore, \
         devtunnel, vt, surge, now, ember deploy, hexo deploy, hexo d, gatsby-plugin-s3, s3_website, \
         rclone-deploy, lhci upload|autorun, databricks, snow, dbt-cloud, astro deploy|deployment, prefect \
         deploy|deployment, dagster-cloud, airbyte, meltano schedule, metaflow, zenml, bentoml deploy|push, \
         ray job|submit|up|down|exec, sky, shopify theme push|publish|delete|share, shopify app deploy|release|publish, ampx pipeline-deploy, ampx sandbox delete, sf|sfdx project|force deploy|delete|create, sfdx force:source:deploy|force:source:push, sf data|org|package *, hdfs, hadoop, livy, flink run, gcloud-app, appcfg, \
         retool, supabase db push|pull|dump|remote, supabase functions deploy|delete, supabase secrets|\
         projects|branches|orgs|login|domains|storage|config|bootstrap, supabase migration repair|up \
         --linked, supabase db reset|query|execute --linked|--db-url, pocketbase-deploy, appwrite push|\
         deploy, nhost, encore deploy, cloudbase, tcb, fastly, fastly compute publish|deploy, akamai, \
         flarectl, octodns-sync, dnscontrol push, lexicon, doctl-dns, cli53, route53, nsupdate, certbot, \
         acme.sh, lego run|renew, gandi, porkbun, namecheap",
    ),
    checks(
        "vercel build|dev|ls|list|inspect|logs|whoami|env|project|help|pull|certs|dns|--version|teams, \
         vercel env ls|pull, netlify build|dev|status|lint|--version, netlify * list|status, wrangler \
         build|types|check|whoami|docs|--version|deploy --dry-run, wrangler deploy|publish --dry-run, \
         wrangler * list|get|info|view, wrangler kv key|namespace list|get, wrangler pages functions build, \
         heroku apps|ps|config|logs|releases|info|status|whoami|auth:whoami|pg:info|config:get|apps:info|\
         domains|local|version, flyctl status|logs|info|version|doctor|checks|platform|help|apps, flyctl * \
         list|show|status|view, flyctl config validate|show, railway status|logs|whoami|list|variables|\
         version, firebase projects:list|apps:list|functions:list|functions:log|hosting:channel:list|\
         login:list|--version|use --list, firebase emulators:exec, firebase deploy --dry-run, doctl * list|\
         get, doctl * * list|get, doctl version, render services|deploys list, kamal config|version|audit|\
         details|logs|docs, cap -T, cap * --dry-run|-n, sam build|validate|local|list|init|logs, sam local \
         invoke, sst diff|version|types, serverless package|print|info|logs|invoke|offline|--version, \
         serverless invoke local, chalice package|local, zappa status|tail|package, eb status|health|logs|\
         list|events, eb local, amplify status|diagnose, copilot * ls|show|status|logs|package, cf apps|\
         target|logs|services|events, nixops info|check|list|show-*, nixos-rebuild build|dry-build|\
         dry-activate|dry-run|build-vm|list-generations, colmena build|eval|introspect, darwin-rebuild \
         build|check, home-manager build, deploy-rs --dry-activate, convox logs|ps|rack, hasura metadata|\
         migrate status|diff|export|lint|inconsistency, convex dev --once, convex codegen|logs|data, \
         neonctl * list|get, turso db list|show, turso dev, pscale * list|show, cloudflared --version, cloudflared tunnel list|info, \
         tailscale status|ip|version|ping|netcheck, databricks bundle validate|schema|summary, databricks * \
         list|get|ls, databricks fs ls|cat, snow sql --help, snow connection test|list, astro dev parse|\
         pytest|upgrade-test, astro build|check, prefect version|config, sky status|check|show-gpus, ray \
         status|list, hdfs dfs -ls|-cat|-du|-count|-test|-stat|-tail, hadoop fs -ls|-cat|-du|-test, hadoop version, sf org|data list|display|query, fastly compute build|validate|\
         hash-files, fastly version|whoami, dnscontrol check|preview|fmt, octodns-sync $, certbot \
         certificates|--version, certbot --dry-run, certbot renew|certonly --dry-run, acme.sh --list|\
         --info|--version, flarectl * list, modal app list|logs, modal --version, shuttle run|status|logs, \
         azd version, azd env list|get-values, gcloud info|version|help, lhci healthcheck|collect|assert, \
         lhci autorun --upload.target=filesystem, func start, swa build, hexo \
         generate|g, ngrok config|version, deployer list|ssh-test, dep list, arc version|hydrate, appcfg \
         list, nixos-option *, waypoint status|build, encore check|test|version, appwrite --version, pm2 \
         list|ls|status|logs|show|describe|jlist, edgedb --version, hcloud * list|describe, linode-cli * \
         list|view, yc * list|get, ibmcloud * list, scw * list|get, scw version, oci * list|get, oci * * \
         list|get, supabase db diff|lint, supabase db dump --local, supabase storage ls --local, supabase \
         projects|branches|secrets|functions list, dbt-cloud --version",
    ),
];
