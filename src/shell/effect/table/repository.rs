//! Version control: what changes the own repository, and what leaves it.

use super::super::{DELETES, REPOSITORY};
use super::{EffectRow, changes, checks, installs, reaches};

pub(super) const ROWS: &[EffectRow] = &[
    reaches(
        "push",
        "git push|send-email|request-pull|send-pack|p4|svn, git lfs push, git subtree push, git svn \
         dcommit, git flow release|hotfix finish, git remote update --push, git annex sync|copy, git town \
         ship|sync|propose, gt submit|stack|ss, spr diff|land, arc diff|land, hg push, jj git push, svn \
         commit|ci|copy|delete|mkdir|import, fossil push|sync|commit, bzr push, sl push|submit, git review, \
         repo upload, gerrit",
    ),
    checks("git push --dry-run|-n, hg push -n|--dry-run, jj git push --dry-run"),
    changes(
        REPOSITORY,
        "git add|am|apply|bisect|checkout|cherry-pick|clone|commit|init|merge|mv|pull|rebase|reset|restore|\
         revert|rm|switch|update-ref|update-index|read-tree|filter-branch|filter-repo|gc|prune|replace|\
         stage|flow|rerere|symbolic-ref|checkout-index|citool|absorb|undo, git stash, git branch *, git \
         branch -D|-d|-m|-M|-c|-C|-f|-u|--delete|--move|--copy|--force|--unset-upstream|--set-upstream-to, \
         git tag *, git tag -d|--delete, git notes add|append|edit|remove|copy|merge|prune, git worktree \
         add|remove|move|prune|lock, git config * *, git config set|unset *, git config --unset|--add|\
         --replace-all|--unset-all|--remove-section|--edit, git remote add|remove|rm|rename|set-url|\
         set-head|prune, git submodule add|deinit|sync|foreach, git subtree add|pull|merge|split, git \
         sparse-checkout set|add|disable|init, git reflog expire|delete, git lfs track|untrack|migrate|\
         prune, git hooks install, git maintenance start|register, hg commit|update|merge|rebase|strip|\
         pull|revert|import|init|clone|graft, jj new|commit|describe|squash|abandon|rebase|edit|split|undo|\
         restore|bookmark|git, svn update|up|switch|revert|merge|checkout|co, pre-commit install|uninstall, \
         prek install, lefthook install, git-secrets --install, stg push|pop",
    ),
    changes(DELETES, "git clean, hg purge, svn cleanup"),
    // A dry run, or what only tells. A fetch brings commits of others and moves no branch of one's own.
    checks(
        "git apply|add|commit|clean|merge|rm|mv|am|stage --dry-run|-n|--check|--stat|--numstat, git apply \
         --check|--stat|--summary, git fetch, git stash list|show, git bisect log|view, git branch $, git \
         branch -a|-r|-v|-l|--list|--show-current|--contains|--merged|--no-merged|--all|--points-at *, git \
         branch --contains|--merged|--no-merged|--list|--points-at|--format|--sort|--show-current, git tag \
         $, git tag -l|-n|-v|--list|--contains|--points-at|--verify|--sort|--merged|--no-merged, git tag \
         -l|--list|-v|--verify|--contains|--merged *, git config --get|--get-all|--get-regexp|--list|-l|\
         --show-origin, git config get|list, git config --get|--get-all|--get-regexp|--type * *, git \
         worktree list, git remote show|get-url, git submodule status|summary, git reflog show, git notes \
         list|show, git symbolic-ref $, git symbolic-ref HEAD $, git symbolic-ref --short *, git flow \
         version, git filter-repo --analyze|--dry-run, git rebase --show-current-patch, git hash-object|\
         ls-remote|archive|bundle, git merge-tree|merge-base|merge-file, git sparse-checkout list, git lfs \
         ls-files|status|env, git submodule foreach git status, git gc --help, git lfs migrate info, git \
         rerere status|diff, hg status|log|diff, jj log|status|diff|show, jj git fetch, svn status|diff|\
         log|info, stg series",
    ),
    // A build of the language, whatever its name.
    checks(
        "mix test|compile|release|format|run|credo|dialyzer|docs|xref|deps, rails test|spec|routes|zeitwerk:check, bazel|pants|buck2 test|build|query, sbt test*",
    ),
    installs("git submodule update|init, git lfs pull|install|fetch|checkout"),
];
