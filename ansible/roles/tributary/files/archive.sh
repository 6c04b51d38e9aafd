#!/bin/sh
# Hosts without dpkg: the archive of the same files. state.sh begins with these functions. The manifest names what
# is installed: files, and with a slash at the end the folders that were not there before.

# Each file takes its place whole; those in etc only where there is none. Until all have, there is no $unit.version.
install_archive() {
  umask 022
  rm -rf "$state/$unit.version" $state/unpacked
  mkdir $state/unpacked
  tar -xzf $state/archive.tar.gz -C $state/unpacked --strip-components=1 --no-same-owner
  (
    if [ -f $state/manifest ]; then grep '/$' $state/manifest || true; fi
    cd $state/unpacked
    find . -mindepth 1 -type d | sed 's,^[.]/,,' | while read -r name; do
      if [ ! -d "/$name" ]; then echo "$name/"; fi
    done
    find . -type f | sed 's,^[.]/,,'
  ) | sort > $state/manifest.new
  # What fails after this can be removed again.
  touch $state/manifest
  sort -u -o $state/manifest $state/manifest $state/manifest.new
  while read -r name; do
    case $name in
      */) mkdir -p "/$name" ;;
      etc/*) if [ ! -e "/$name" ]; then replace "$name"; fi ;;
      *) if ! cmp -s "$state/unpacked/$name" "/$name"; then replace "$name"; fi ;;
    esac
  done < $state/manifest.new
  comm -23 $state/manifest $state/manifest.new | while read -r name; do rm -f "/$name"; done
  mv $state/manifest.new $state/manifest
  rm -r $state/unpacked
  systemd-sysusers "$unit.conf"
  chown root:tributary "$config"
  chmod 0640 "$config" "$env"
  systemctl daemon-reload
  { /usr/bin/tributary --version || echo unknown; } > "$state/$unit.version"
}

replace() {
  cp -p "$state/unpacked/$1" "/$1.new"
  mv "/$1.new" "/$1"
}

remove_archive() {
  systemctl disable --now "$unit" || true
  sort -r $state/manifest | while read -r name; do
    case $name in
      */) rmdir "/$name" 2> /dev/null || true ;;
      *) rm -f "/$name" "/$name.new" ;;
    esac
  done
  systemctl reset-failed "$unit" 2> /dev/null || true
}

