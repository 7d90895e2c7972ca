//! Containers and clusters: what runs on this machine may be tried, what runs elsewhere may not.

use super::{EffectRow, changes, checks, installs, reaches, serves, waits};

pub(super) const ROWS: &[EffectRow] = &[
    reaches("change a cluster", "kubectl, oc"),
    reaches("open a shell on another machine", "kubectl|oc exec|attach|debug|rsh|cp|run|rsync"),
    checks(
        "kubectl|oc get|describe|logs|top|version|explain|api-resources|api-versions|cluster-info|diff|\
         wait|events|options|kustomize|completion|help|whoami|status|projects, kubectl|oc config view|\
         current-context|get-contexts|get-clusters|get-users, kubectl|oc auth can-i|whoami, kubectl|oc \
         rollout status|history, kubectl plugin list, kubectl|oc apply|create|delete|replace|patch|label|\
         annotate|run|expose|scale|set|drain|cordon|taint|autoscale|process|new-app|rollout --dry-run, \
         kubectl create * --dry-run, kubectl create * * --dry-run, kubectl set * --dry-run, kubectl run \
         --dry-run, kubectl|oc adm top|policy, kubectl --help|--version, kubectl $",
    ),
    reaches(
        "change a cluster",
        "kubectl|oc apply|create|delete|replace|patch|label|annotate|run|expose|scale|set|drain|cordon|\
         taint|autoscale|rollout --dry-run=none, kubectl create * --dry-run=none, kubectl run \
         --dry-run=none",
    ),
    serves(
        "kubectl|oc port-forward|proxy, kubectl|oc get|logs|events|top -w|-f|--watch|--follow|--watch-only, k9s, stern, kubetail, kubectl rollout status --help-watch",
    ),
    checks("stern|kubetail --no-follow"),
    reaches(
        "change a cluster",
        "helm, helmfile, helmsman, argocd, flux, istioctl, linkerd, skaffold run|deploy|delete|apply, tilt \
         up|ci|down, garden deploy|delete, devspace, okteto, kapp, kapp-controller, kpt live, kluctl, werf, \
         rancher, velero, cmctl, kubeseal --apply, kustomize-apply, kubectx *, kubens *, eksctl, kubeone, \
         cilium, calicoctl, operator-sdk run|cleanup|olm, tanka, tk apply|delete|prune, ytt-apply, draft \
         up, telepresence connect|intercept, zarf package deploy|remove|publish, zarf init|destroy, oc-mirror, kubevirt, kn, kudo, porter, tkn, k0s, kubeadm, \
         kubefed, cdk8s apply, nerdctl-remote, ctr, crictl, kubectl-argo-rollouts, hal, spin pipelines|\
         application, keptn, shipctl",
    ),
    checks(
        "helm lint|template|list|ls|status|get|history|hist|search|show|inspect|version|env|verify|diff|\
         unittest|completion|help|package|pull|fetch|schema|docs|schema-gen, helm install|upgrade|\
         uninstall|rollback --dry-run, helm upgrade|install --dry-run=client, helm repo|plugin|dependency|\
         dep list|ls, helm registry --help, helm $, helm create --help, helmfile lint|template|diff|list|\
         build|status|write-values|fetch|show-dag|version|cache, helmfile --version, argocd app get|list|\
         diff|history|logs|manifests|wait|resources, argocd version|account, argocd * list|get, flux check|\
         get|build|diff|logs|trace|tree|version|stats|events|export, istioctl analyze|version|proxy-status|\
         ps|proxy-config|pc|validate|verify-install|x, linkerd check|version|viz|stat|diagnostics, skaffold \
         build|render|diagnose|test|verify|config|version|schema, kapp inspect|list|ls|logs|version, kpt \
         fn|pkg, kpt live status|plan, kluctl diff|render|validate|list-targets, werf build|render|lint|\
         compose|kubectl-version, velero * get|describe|logs, cmctl check|status|version|inspect, kubectx|\
         kubens -c|--current, cilium status|version|connectivity, tk diff|show|eval|export|lint|fmt, garden \
         test|build|validate|get|logs|status, tilt ci|alpha|version|doctor|get|logs|args, operator-sdk \
         bundle|scorecard|version, kubectl-argo-rollouts lint|get|status, kn * list|describe, crictl ps|\
         images|logs|info|version|inspect, ctr version, devspace render|print|list|analyze|logs, okteto \
         validate|version|status, kubeconform, kubeval, kube-linter, kube-score, polaris audit, pluto, \
         kustomize build, kind, k3d, minikube, ct lint|lint-and-install|list-changed|install, kubeadm \
         config, draft validate",
    ),
    installs("helm dependency|dep|repo|plugin build|update|add|install|up"),
    changes(
        "generate files",
        "helm create, kustomize edit|create, kompose convert, kubebuilder create|init, kubeseal",
    ),
    serves(
        "tilt up, skaffold dev|debug, minikube dashboard|tunnel|mount, telepresence intercept, istioctl dashboard, linkerd dashboard, garden dev, okteto up, devspace dev",
    ),
    // Containers of this machine
    reaches(
        "delete containers' volumes",
        "docker compose down|rm -v|--volumes, docker volume rm|remove|prune, docker system prune, docker \
         container rm -v|--volumes, docker rm -v|--volumes, docker builder|buildx prune -a|--all, docker \
         image prune -a|--all, docker network prune, docker container|image prune, minikube delete --all|\
         --purge, colima delete, lima delete, limactl delete, orb delete, supabase stop --no-backup, ddev \
         delete, lando destroy",
    ),
    reaches(
        "change a cluster",
        "docker stack deploy|rm|up|remove, docker service create|update|scale|rm|rollback|remove, docker \
         swarm, docker node update|rm|promote|demote, docker secret|config create|rm, docker context \
         create|use|rm|update, docker login|logout, docker plugin install|enable|rm, docker trust, docker \
         scout enroll|push, docker-machine, docker model push, docker app",
    ),
    reaches(
        "act on another machine's containers",
        "docker -H|--host, docker compose -H|--host, docker compose *  -H|--host",
    ),
    serves(
        "docker compose up|watch|attach, docker run -p|--publish|-P, docker events, docker stats, docker logs|service -f|--follow, docker attach, docker compose events, ctop, lazydocker, docker compose stats, docker wait",
    ),
    checks(
        "docker compose up -d|--detach|--wait|--no-start|--abort-on-container-exit|\
         --abort-on-container-failure|--exit-code-from|--dry-run, docker stats --no-stream, docker compose \
         stats --no-stream, docker events --until, docker compose up --help",
    ),
    waits("docker run|exec|start -i -t, docker compose run|exec, docker run|exec|start --interactive --tty"),
    checks(
        "docker run -d|--detach, docker compose run -d|--detach|-T, docker run -d|--detach -i|-p|--publish|-P, docker run -d|--detach -i -t",
    ),
];
