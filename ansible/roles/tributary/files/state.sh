#!/bin/sh
# What a deploy asks of the host and keeps there. Called as: state.sh UNIT CONFIG ENV COMMAND [FOLDER]
#   look             JSON of what is installed and runs
#   keep             copies package, config, environment and drop-in to "before"
#   restore FOLDER   puts the copies of "before" or "previous" back; prints "restart" if a reload is not enough
#   commit           makes "before" the previous deployment, for rollback.yml
set -eu
unit=$1 config=$2 env=$3 command=$4
state=/var/lib/tributary-deploy
dropin=/etc/systemd/system/$unit.service.d/docker.conf

hash_of() { if [ -f "$1" ]; then sha256sum < "$1" | cut -d ' ' -f 1; fi; }
version() { dpkg-query -W -f '${db:Status-Status} ${Version}' "$unit" 2> /dev/null | sed -n 's/^installed //p'; }
yes_no() { if "$@" > /dev/null 2>&1; then echo true; else echo false; fi; }

# copy FROM TO: TO becomes what FROM is, or goes when there is no FROM. True when that changed something.
copy() {
  if [ ! -e "$1" ]; then
    [ -e "$2" ] || return 1
    rm -f "$2"
  else
    if cmp -s "$1" "$2"; then return 1; fi
    mkdir -p "$(dirname "$2")"
    cp -p "$1" "$2.new" && mv "$2.new" "$2"
  fi
}

case $command in
  look)
    printf '{"version": "%s", "package": "%s", "config": "%s", "running": %s, "docker_group": %s, "previous": %s}\n' \
      "$(version)" "$(hash_of $state/package.deb)" "$(hash_of "$config")" \
      "$(yes_no systemctl -q is-active "$unit")" "$(yes_no getent group docker)" \
      "$(yes_no test -d $state/previous)"
    ;;
  keep)
    rm -rf $state/before
    mkdir -p -m 0700 $state $state/before
    for file in $state/package.deb "$config" "$env" "$dropin"; do
      if [ -e "$file" ]; then cp -p "$file" "$state/before/$(basename "$file")"; fi
    done
    version > $state/before/version
    ;;
  restore)
    from=$state/$5
    restart=
    if copy "$from/package.deb" $state/package.deb || [ "$(version)" != "$(cat "$from/version")" ]; then
      if [ -f "$from/package.deb" ]; then
        dpkg --install --force-confold "$from/package.deb" >&2
        restart=yes
      fi
    fi
    if copy "$from/$(basename "$env")" "$env"; then restart=yes; fi
    if copy "$from/docker.conf" "$dropin"; then restart=yes; fi
    copy "$from/$(basename "$config")" "$config" || true
    if [ -n "$restart" ]; then echo restart; fi
    ;;
  commit)
    rm -rf $state/previous
    mv $state/before $state/previous
    ;;
esac
