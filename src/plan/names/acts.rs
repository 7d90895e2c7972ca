//! Acts on what is outside of the project, as data: verbs, and what they are done to.

/// What some verbs do to some things.
pub(super) struct Act {
    /// What a clause begins with.
    pub(super) verbs: &'static str,
    /// What has to stand behind that; empty: anything. `#version` is one, `#alone` nothing, `#provided` what an account has.
    pub(super) to: &'static str,
}

const fn act(verbs: &'static str, to: &'static str) -> Act {
    Act { verbs, to }
}

/// All of them.
pub(super) const ACTS: &[Act] = &[
    act(
        "deploy, redeploy, production deployment, production deploy, prod deploy, roll out, sign up for, squash merge, approve, задеплоить, выкатить, согласовать, \
         утвердить, déployer, desplegar, implantar, fazer deploy, mettre en production, produktiv setzen",
        "",
    ),
    act(
        "provision",
        "instance, database, server, servers, bucket, account, infrastructure, vm, vms, domain, certificate",
    ),
    act("ship", "app store, play store, production, prod, testflight, to users, to customers"),
    act("publish", "#alone"),
    act(
        "publish, release, cut",
        "release, package, packages, npm, pypi, crates io, crate, registry, app store, play store, marketplace, site, \
         website, production, tag, artifacts, docker hub, extension, new version, #version",
    ),
    act(
        "push, force push",
        "origin, upstream, to github, remote, branch, branches, to main, to master, branchspan, tag, tags, commit, \
         commits, image, images, to the registry, #alone",
    ),
    act(
        "merge, rebase",
        "pr, prs, pull request, pull requests, mr, merge request, to main, into main, to master, into master, \
         into develop, branch, branchspan",
    ),
    act(
        "open, create, raise, submit, send, file",
        "pull request, a pr, the pr, prs, merge request, to testflight, to the app store, app review, app store review, \
         support ticket",
    ),
    act("buy, purchase, renew", "domain, license, licence, certificate, subscription, hardware, device"),
    act("obtain, request, apply for", "api key, api keys, credentials, access to, certificate, approval"),
    act(
        "create, register, set up, setup, add, set, enable, configure, change",
        "oauth app, oauth client, oauth application, github repo, github repository, repo on github, repository on \
         github, codespan repo, codespan repository, repository settings, repository secrets, repo settings, repo secrets, \
         github secrets, branch protection, custom domain, domain name, ssl certificate, #provided",
    ),
    act(
        "rotate, revoke",
        "leaked, exposed, compromised, api key, api keys, secret, secrets, credentials, passwords",
    ),
    act("point", "domain, dns"),
    act(
        "announce",
        "in slack, in discord, team chat, in chat, in the chat, to users, to the team, to customers, in the channel",
    ),
    act(
        "notify, inform, email, tell, ask",
        "team, stakeholders, customers, client, owner, owners, product owner, maintainer, maintainers",
    ),
    act(
        "confirm with, check with, coordinate with, sync with, clear with",
        "team, user, users, client, customer, customers, stakeholders, owner, maintainers, product, legal, security, \
         ops, design",
    ),
    act("schedule", "meeting, call, maintenance window, downtime"),
    act("interview, survey, train, onboard", "user, users, customers, team, staff, support"),
    act("record, film", "demo, video, screencast, walkthrough"),
    act(
        "run, apply, execute, migrate, back up, backup, restore, seed",
        "in production, on production, production database, prod database, production data, on prod, in prod",
    ),
    act("present, demo", "to the client, to stakeholders, to the stakeholders, to the team, to customers"),
    act("wait, wait for", "feedback, approval, review, sign off, go ahead"),
    act("agree, align, discuss, decide", "with the team, with the client, with stakeholders, with product"),
    act(
        "verify, check, test, smoke test, smoke, confirm, monitor, watch, observe, validate, spot check, try, run",
        "deploys to production, preview deployments, ssl is provisioned, on production, on prod, on staging, in staging, against production, against staging, on the live site, \
         live site, oauth provider, on different screen sizes, in different browsers, on mobile devices, visually, github \
         checks, error rates, for 24 hours, for 48 hours, for a day, for a week, provider credentials",
    ),
];

/// Right behind a verb or a thing they make it the name of a part of the product: `deploy script`.
pub(super) const PARTS: &str = "script, scripts, workflow, workflows, pipeline, pipelines, job, jobs, button, buttons, \
    command, commands, subcommand, config, configuration, docs, documentation, guide, event, events, message, messages, \
    note, notes, helper, hook, hooks, class, module, test, tests, template, templates, manifest, manifests, code, step, \
    steps, flag, flags, option, options, logic, handler, flow, page, screen, form, dialog, endpoint, method, state, \
    status, notification, notifications, mode, model, table, field, file, files, build, builds, bundle, order, strategy, \
    plan, target, targets, section, checklist, ready, conflict, conflicts, setup, ui, feature, component, nothing";

/// Where something is done on the own machine after all.
pub(super) const LOCAL: &str = "local, locally, localhost, localstack, minikube, kind, docker, compose, emulator, \
    simulator, sandbox, fixture, fixtures, mock, mocks, test data, dry run";

/// What a clause begins with whose next clause is done, too: `Build and deploy`.
pub(super) const BEFORE: &str =
    "build, rebuild, commit, tag, test, package, bundle, compile, verify, merge, push, bump";

/// Behind the name of such a one: what its account has.
pub(super) const PROVIDED: &str = "project, projects, environment, environments, site, instance, bucket, domain, organization, \
    team";

/// Who has accounts with a console.
pub(super) const PROVIDERS: &str = "stripe, supabase, vercel, netlify, heroku, railway, render, fly io, cloudflare, \
    namecheap, godaddy, route 53, aws, gcp, google cloud, cloud sql, azure, digitalocean, firebase, auth0, clerk, okta, \
    sentry, datadog, twilio, sendgrid, resend, github, gitlab, apple developer, google oauth, slack, discord, langsmith, \
    openai, anthropic";

/// Behind their name: what they have for people who sign in.
pub(super) const CONSOLES: &str = "dashboard, console, portal, account, accounts, settings, project settings, workspace, \
    dns, deployment, webhook logs, delivery logs, webhook deliveries, webhook delivery logs, admin";

/// What is kept in such a console.
pub(super) const KEPT: &str = "key, keys, secret, secrets, webhook, webhooks, redirect, domain, dns, environment, env, \
    variable, variables, credentials, token, tokens, oauth, bucket, billing, permissions";

/// Those whose name alone is the place where such a thing is set.
pub(super) const HOSTS: &str = "in vercel, in netlify, in heroku, in railway, in cloudflare, on vercel, on netlify, on heroku, \
    on railway, on cloudflare, in github, on github, in stripe, at netlify, at vercel, vercel production, in gitlab";

/// The last word of a clause behind `after`: nothing of this plan is carried out any more.
pub(super) const AFTERWARDS: &str =
    "deploy, deployed, deployment, live, release, released, launch, launched, rollout, cutover";
