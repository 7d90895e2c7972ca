//! The machine itself and other machines: services, users, devices, shells, mail and the network.

use super::super::{files, http, remotes};
use super::{EffectRow, asks, changes, checks, reaches, waits};

pub(super) const ROWS: &[EffectRow] = &[
    reaches("act as another user", "sudo|doas|su|runuser|pkexec|gosu|su-exec"),
    checks("sudo -l|-v|-V|-K|-k, sudo $"),
    // Other machines
    reaches(
        "open a shell on another machine",
        "ssh|sshpass|mosh|autossh|telnet|rsh|rlogin|pssh|parallel-ssh|clush|pdsh|dsh|cssh|winrs|et",
    ),
    checks("ssh -V|-G|-Q, ssh -T"),
    reaches("open a shell on another machine", "ssh -T *  *"),
    reaches(
        "copy files from or to another machine",
        "scp|sftp|ftp|lftp|ncftp|ncftpput|tftp|smbclient|ssh-copy-id|croc|magic-wormhole|wormhole|transfer|cadaver|unison|syncthing|davfs",
    ),
    asks(remotes::synced, "rsync"),
    reaches(
        "send mail",
        "mail|sendmail|msmtp|mutt|swaks|ssmtp|postfix|postqueue|mailgun|sendgrid|ses-send|mutt",
    ),
    reaches(
        "send a message",
        "slackcat|slack|slack-notify|telegram-send|discord-notify|apprise|ntfy|pagerduty|pd|opsgenie|signal-cli|wall|write",
    ),
    asks(http::request, "curl|wget|http|httpie|curlie|aria2c|axel|hurl|restish|grpcurl|evans|websocat|wscat"),
    checks("grpcurl list|describe, grpcurl -plaintext * list|describe, hurl --test, hurl"),
    reaches(
        "put load on another machine",
        "vegeta, artillery quick, k6 cloud, slowloris, hping3, masscan, sqlmap, hydra",
    ),
    asks(http::load, "ab|wrk|wrk2|hey|siege|bombardier|oha|autocannon|h2load|loadtest|locust|nmap|nikto"),
    // This machine
    reaches(
        "stop this machine",
        "shutdown|reboot|halt|poweroff, init 0, init 6, telinit|kexec|pm-suspend|rtcwake",
    ),
    reaches(
        "change services of this machine",
        "systemctl|service|launchctl|initctl|rc-service|rc-update|update-rc.d|chkconfig|sc|net|\
         supervisorctl|s6-rc|sv|monit|nssm|loginctl|machinectl|hostnamectl|timedatectl|localectl|\
         networkctl|resolvectl|nginx|apachectl|apache2ctl|httpd, caddy stop|reload, forever stopall, pm2 \
         delete|kill|startup|save|restart|reload|stop, at|batch",
    ),
    checks(
        "systemctl|loginctl|machinectl status|is-active|is-enabled|is-failed|list-*|cat|show|\
         show-environment|--version|get-default|help, systemctl --user --version, systemctl $, service * \
         status, service --status-all, launchctl list|print|version|help|blame, supervisorctl status|\
         version|avail|tail, rc-service * status, sv status, monit status|summary, nginx -t|-T|-v|-V, \
         apachectl|apache2ctl|httpd configtest|-t|-S|-v|-V|-M, systemd-analyze, systemd-run --help, \
         hostnamectl|timedatectl|localectl|networkctl|resolvectl status|show|list|query|$, initctl status|\
         list, caddy validate|adapt|version|list-modules|fmt, chkconfig --list, atq, sc query",
    ),
    reaches("change this machine", "crontab *, crontab -r|-e|-i, crontab -, crontab $"),
    checks("crontab -l"),
    reaches(
        "change this machine",
        "useradd|userdel|usermod|groupadd|groupdel|groupmod|adduser|deluser|addgroup|delgroup|passwd|\
         chpasswd|chsh|visudo|gpasswd|dscl|newusers, iptables|ip6tables|nft|ufw|firewall-cmd|pfctl|ipset|\
         ebtables|setenforce|setsebool|semanage|restorecon|aa-enforce, mkfs|mkfs.*|mke2fs|mkswap|fdisk|\
         sfdisk|gdisk|sgdisk|parted|wipefs|blkdiscard|hdparm|cryptsetup|losetup|mdadm|badblocks|resize2fs|\
         tune2fs|fsck|e2fsck|mount|umount|swapon|swapoff, \
         diskutil|hdiutil, sysctl -w, sysctl -p, sysctl *, modprobe|rmmod|insmod|depmod|dkms, update-grub|\
         grub-install|grub-mkconfig|efibootmgr|dracut|mkinitcpio|update-initramfs, ifconfig|route|ip|nmcli|\
         netplan|brctl|tc|ifup|ifdown|networksetup|arp|bridge, update-ca-certificates|trust|security \
         add-trusted-cert|update-ca-trust, defaults write|delete|import, setcap|systemsetup|pmset|csrutil|\
         spctl|scutil|nvram|osascript, ldconfig, guix system|install|pull|remove|upgrade, mkcert -install, hostname *, date -s|--set, hwclock, \
         locale-gen, reg add|delete, powershell|pwsh Restart-Computer|Stop-Computer|Remove-Item, gpg \
         --delete-secret-keys|--send-keys|--delete-keys, gsettings set|reset, dconf write|reset, xdg-mime \
         default, chattr, vmware-cmd, flashrom, fwupdmgr update|install, dfu-util, esptool write_flash|\
         erase_flash, esptool.py write_flash|erase_flash, avrdude, openocd, st-flash, picotool load, \
         arduino-cli upload|burn-bootloader, pio run -t, platformio run -t, west flash, adb, fastboot, \
         espflash flash|erase-flash, cargo flash|embed, probe-rs run|download|erase|attach, nrfjprog, \
         JLinkExe, teensy_loader_cli, idf.py flash|erase-flash|erase_flash",
    ),
    checks(
        "iptables|ip6tables -L|-S, iptables|ip6tables --list|--list-rules, nft list, ufw status|version, \
         firewall-cmd --list-all|--state|--get-*, ipset list, fdisk|sfdisk|parted -l, mount $, mount -l, \
         swapon --show|-s, losetup -a|-l, diskutil list|info, hdiutil info|verify, sysctl -a|-n, sysctl -n \
         *, ip a|addr|address|link|route|r|neigh|rule|netns|n|-br, ip addr|route|link|neigh|rule show|list|\
         get, ip addr|route|link add|del|set|flush --help, ifconfig $, route $, route -n, nmcli device|\
         connection|general status|show, netplan get|status|generate, arp -a, tc qdisc show, defaults read, \
         date *, hostname $, ldconfig -p, adb devices|version|shell|install, adb logcat -d, fastboot devices, xcode-select -p, \
         scutil --dns|--get, pmset -g, csrutil status, spctl -a|--assess|--status, security find-*|\
         verify-cert|cms, gsettings get|list-*, fwupdmgr get-*, chsh -l, e2fsck|fsck -n, cryptsetup status|\
         luksDump, mdadm --detail, pio run, platformio run, arduino-cli compile, esptool.py chip_id, pkill \
         -0, killall -0",
    ),
    reaches(
        "change this machine",
        "ip addr|address|link|route|rule|neigh|netns|tunnel add|del|delete|set|flush|change|replace|append",
    ),
    changes("stop programs", "killall|pkill, fuser -k, kill-port *, fkill"),
    checks("kill"),
    changes(
        "write keys",
        "gpg --gen-key|--full-generate-key|--quick-generate-key|--import, age-keygen -o, ssh-add",
    ),
    asks(files::unpacked, "ar x, jar xf"),
    waits("passwd $, su $"),
    // Chains and wallets
    reaches(
        "send a transaction",
        "forge create|verify-contract, forge script --broadcast, cast send|publish|wallet, hardhat run|\
         deploy|verify|ignition --network, hardhat ignition deploy, truffle migrate|deploy, anchor deploy|\
         upgrade|migrate, solana transfer|airdrop|program|deploy|config, spl-token transfer|mint|burn|\
         create-token|create-account, near deploy|send|call|create-account|delete, sui client, aptos move \
         publish, aptos account, starkli deploy|declare|invoke, sncast deploy|declare|invoke, stellar \
         contract, soroban contract, dfx deploy|canister, flow transactions|accounts|project, bitcoin-cli \
         send*|sendtoaddress, lncli pay*|send*|close*, geth account, eth-brownie run, brownie run \
         --network, ape run --network, graph deploy, subql publish, goldsky *, ipfs name, arkade *, wasmd \
         tx, gaiad tx",
    ),
    checks(
        "hardhat run|deploy|ignition --network=localhost|--network=hardhat, forge test|build|fmt|snapshot|coverage|inspect|script, solana balance|address|account|cluster-version|slot, solana config get, solana program show|dump, stellar contract build|inspect, soroban contract build|inspect, sui client active-address|active-env|objects|gas|envs, cast call|block*|balance|abi*|keccak|sig|code|storage|to-*|4byte, aptos move compile|test|prove, dfx canister status|id, dfx build, bitcoin-cli get*, cast wallet address, forge verify-check, forge create --help, dfx deploy --network=local, anchor deploy --provider.cluster=localnet",
    ),
    changes("rewrite files", "forge fmt|install|update|remove|init"),
    checks("forge fmt --check"),
];
