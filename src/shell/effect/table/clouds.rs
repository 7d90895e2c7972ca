//! Clouds and infrastructure as code: whatever is not known to look only reaches outside.

use super::{EffectRow, changes, checks, installs, reaches, waits};

pub(super) const ROWS: &[EffectRow] = &[
    reaches("deploy", "gcloud * deploy, gcloud * * deploy"),
    reaches(
        "open a shell on another machine",
        "gcloud compute ssh|scp, aws ssm start-session|send-command, aws ecs execute-command, az ssh, az vm run-command",
    ),
    reaches(
        "change what runs in a cloud",
        "aws, gcloud, gsutil, az, bq, eksctl, awslocal-prod, s3cmd, s5cmd, s4cmd, mc alias|admin|cp|mirror|mv|mb|rb|rm|put|sync|share|anonymous|policy|event|ilm|tag|replicate, azcopy, b2, swift upload|delete|post, aws-nuke, cloud-nuke, oci",
    ),
    checks(
        "aws * describe-*|get-*|list-*|head-*|batch-get-*|scan|query|validate-*|lookup-*|search-*|wait|\
         help|simulate-*|estimate-*|filter-log-events|tail|select-object-content|test-*|detect-*, aws s3 \
         ls|presign, aws s3 cp|mv|rm|sync --dryrun, aws configure list|get|list-profiles, aws logs tail|\
         filter-log-events, aws --version|help, aws sts get-caller-identity|decode-authorization-message, \
         aws cloudformation validate-template|detect-stack-drift, aws * * --dry-run, aws ec2 * --dry-run, \
         gcloud * list|describe|get-iam-policy|read|browse|get-value|print-access-token|\
         get-credentials-help|lint, gcloud * * list|describe|get-iam-policy|read|tail|get-server-config|\
         get-value, gcloud * * * list|describe|read, gcloud * * * * list|describe, gcloud config list|\
         get-value|get, gcloud auth list|print-access-token|print-identity-token, gcloud info|version|help|\
         topic, gcloud builds log, gcloud emulators * start, gcloud emulators * * start, gcloud emulators * \
         *, gsutil ls|cat|stat|du|hash|version|help, gsutil -n, gsutil rsync -n, az * list|show|check-name|\
         get-*|list-*|exists|validate|what-if|lint, az * * list|show|list-*|get-*|validate|what-if|exists, \
         az * * * list|show, az version|find|--version, az bicep build|lint|version, az account show|list|\
         get-access-token, bq ls|show|head|version|help, bq query --dry_run, eksctl get|version|info|help|\
         utils, s3cmd ls|info|du|--version, s5cmd ls|cat|du|head|version|--dry-run, mc ls|cat|stat|du|tree|\
         find|diff|head|--version, mc alias list|ls, mc admin info, azcopy list|--version|jobs, azcopy \
         copy|sync --dry-run, b2 ls|list-*|get-*|version, aws-vault list, s3cmd --dry-run|-n",
    ),
    reaches(
        "change infrastructure",
        "terraform, atmos terraform|helmfile|workflow apply|destroy|deploy|import|sync|up, pulumi up|update|destroy|refresh|import|cancel|config|stack|state|login|logout|env|\
         package|org|deployment|watch, cdk deploy|destroy|bootstrap|import|watch|rollback|gc|migrate, cdktf \
         deploy|destroy, cdk8s apply, crossplane, packer build, vagrant up|destroy|provision|reload|halt|\
         suspend, ansible, ansible-playbook, ansible-pull, ansible-console, salt, salt-ssh, salt-call, \
         chef-client, chef-run, knife, puppet apply|agent, bolt command|plan|task|script|apply, pyinfra, \
         terramate run, atlantis apply, spacectl, infracost upload, env0, driftctl, bosh, kops create|\
         update|delete|replace|rolling-update|edit|toolbox, kubeadm, talosctl, k0sctl, rke, juju deploy|\
         destroy*|remove*|bootstrap|add*|config|run, cloudformation deploy, rain deploy|rm|cc, formation, \
         sceptre create|update|delete|launch, stacker build, runway deploy|destroy, serverless-compose \
         deploy, az deployment, terraform-cloud, tfc, tfe, scalr, cloudctl, virsh destroy|undefine|start|\
         shutdown|reboot, virt-install, multipass delete|purge, lxc delete|launch|stop, proxmox, qm, pct, \
         ipmitool, conjur, vault write|delete|kv|secrets|auth|policy|token|operator|lease|login|namespace, \
         consul kv|services|acl|config|leave|force-leave|maint, nomad run|stop|job|system|alloc|node|\
         deployment|acl|namespace|var|operator, boundary, waypoint, op item|document|vault, doppler \
         secrets|configs|setup|environments, infisical secrets, chamber write|delete, sops updatekeys, bws, \
         berglas create|delete|update, ssm put|delete, envchain --set, dotenv-vault push|build, dotenvx ext",
    ),
    changes("change the state of infrastructure", "terraform workspace select|new|delete"),
    changes(
        "rewrite files",
        "terraform fmt, pulumi new, sops -i|--in-place, packer fmt|hcl2_upgrade, vagrant init",
    ),
    waits("terraform console, pulumi console"),
    installs(
        "terraform init|get, terraform providers lock|mirror, cdktf get, pulumi install, pulumi plugin install, ansible-galaxy install, ansible-galaxy role|collection install, packer init, tflint --init, vagrant plugin install",
    ),
    checks(
        "terraform plan|validate|show|output|version|graph|providers|metadata|modules|help|hclvalidate|\
         render-json|graph-dependencies|output-module-groups|--version|-version|-help|run-all-plan, \
         terraform state list|show|pull, terraform fmt -check|--check, terraform workspace list|show, \
         terraform run-all plan|validate|output|show, terraform run plan|validate, terraform run --all \
         plan|validate, terraform hclfmt --check|--terragrunt-check|-check, terraform hcl fmt|format|\
         validate --check, terraform init -backend=false, terraform plan -destroy, pulumi preview|whoami|\
         version|about|logs|schema|convert, pulumi stack ls|output|graph|history, pulumi config get, pulumi \
         refresh|up --preview-only, pulumi stack $, pulumi config $, cdk synth|synthesize|diff|ls|list|\
         doctor|acknowledge|notices|context|metadata, cdktf synth|diff|list|output, cdk8s synth, packer \
         validate|inspect|version|fmt -check, packer validate, vagrant status|validate|global-status|\
         ssh-config, ansible --version|--list-hosts, ansible -C|--check, ansible-playbook --check|-C|\
         --syntax-check|--list-tasks|--list-hosts|--list-tags|--version, salt-call --local, puppet parser|\
         lint, puppet apply --noop, chef-client --why-run|-W|--version, knife cookbook test, knife node|\
         cookbook list|show, pyinfra --dry, kops validate|get|version|export, kops update|create --dry-run, \
         kubeadm version, talosctl version|health|get|validate, juju status|models|show*, rain fmt|tree|ls|\
         diff|lint, sceptre validate|diff|status|list|generate, virsh list|info|dominfo, lxc list|info, \
         vault status|read|list|version, vault kv get|list|metadata, vault policy|token|auth|secrets read|\
         list|lookup, consul members|validate|info|version|catalog, consul kv get, nomad status|validate|\
         plan|version|fmt, nomad job validate|plan|status|inspect|history, nomad job run -output|\
         -check-index=0, nomad alloc|node status|logs, op whoami|read|--version, op item|document|vault \
         get|list, doppler secrets get|download, doppler secrets $, doppler configs $, infracost breakdown|\
         diff, driftctl scan, terramate list|generate --help, terramate fmt --check, terramate run -- \
         terraform plan, infisical secrets $, infisical secrets get, chamber list|read, sops --decrypt|-d|\
         --version, conftest test|verify, bosh deployments|vms|tasks|env, crossplane beta|xpkg|version, \
         crossplane render, terraform-docs, tflint, tfsec, checkov, trivy, multipass list|info, spacectl \
         version",
    ),
];
