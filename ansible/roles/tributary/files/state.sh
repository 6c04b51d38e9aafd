#!/bin/sh
# What a deploy asks of the host and keeps there. Called as: state.sh UNIT CONFIG ENV COMMAND [FOLDER]
#   look             JSON of what is installed and runs
#   keep             copies package or archive, config, environment and drop-in to "before"
#   unpack           installs the archive, and starts or restarts the agent on what it ran before
#   remove           removes what was installed, package or archive
#   restore FOLDER   puts the copies of "before" or "previous" back; prints "restart" if a reload is not enough
#   commit           makes "before" the previous deployment, for rollback.yml
set -eu
export LC_ALL=C
unit=$1 config=$2 env=$3 command=$4
state=/var/lib/tributary-deploy
dropin=/etc/systemd/system/$unit.service.d/docker.conf

hash_of() { if [ -f "$1" ]; then sha256sum < "$1" | cut -d ' ' -f 1; fi; }
package() { dpkg-query -W -f '${db:Status-Status} ${Version}' "$unit" 2> /dev/null | sed -n 's/^installed //p'; }
version() { if [ -f "$state/$unit.version" ]; then cat "$state/$unit.version"; else package; fi; }
way() { if [ -f "$state/$unit.version" ]; then echo archive; elif [ -n "$(package)" ]; then echo package; fi; }
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
    printf '{"version": "%s", "way": "%s", "dpkg": %s, "config": "%s", "docker_group": %s, "previous": %s}\n' \
      "$(version)" "$(way)" "$(yes_no command -v dpkg)" "$(hash_of "$config")" "$(yes_no getent group docker)" \
      "$(yes_no test -d $state/previous)"
    ;;
  keep)
    rm -rf $state/before
    mkdir -p -m 0700 $state $state/before
    for file in $state/package.deb $state/archive.tar.gz "$config" "$env" "$dropin"; do
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
    if copy "$from/archive.tar.gz" $state/archive.tar.gz; then
      install_archive >&2
      restart=yes
    fi
    if copy "$from/$(basename "$env")" "$env"; then restart=yes; fi
    if copy "$from/docker.conf" "$dropin"; then restart=yes; fi
    copy "$from/$(basename "$config")" "$config" || true
    if [ -n "$restart" ]; then echo restart; fi
    ;;
  unpack)
    if [ ! -f $state/manifest ]; then new=yes; else new=; fi
    install_archive
    if [ -n "$new" ]; then systemctl enable "$unit"; fi
    # Whether it runs well is asked later.
    systemctl restart "$unit" || true
    ;;
  remove)
    if [ -f $state/manifest ]; then
      echo "Removing $unit"
      remove_archive
    elif command -v dpkg > /dev/null; then
      dpkg --purge "$unit"
    fi
    ;;
  commit)
    rm -rf $state/previous
    mv $state/before $state/previous
    ;;
esac
