#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# demo: a scratch disk with a real filesystem goes in, a certificate that a stranger can verify comes
# out. Touches nothing but a loop device over a file of its own, and takes that away again on every exit.
set -euo pipefail

top=$(cd "$(dirname "$0")/../.." && pwd)
certwipe=${CERTWIPE:-$top/build/certwipe}
work=$(mktemp -d "${TMPDIR:-/tmp}/certwipe-demo.XXXXXX")
loop=

clean_up() {
	if [ -n "$loop" ]; then
		partx -d "$loop" 2>/dev/null || true
		losetup -d "$loop" || true
	fi
	rm -rf "$work"
}
trap clean_up EXIT

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
run() { printf '$ %s\n' "$*"; "$@"; }

needle="CERTWIPE-DEMO-NEEDLE-$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')"
count_needles() { grep -a -o -- "$needle" "$loop" | wc -l; }

say "A scratch disk: 256 MiB, GPT, ext4, files with known needles"
truncate -s 256M "$work/disk.img"
loop=$(losetup -f --show "$work/disk.img")
mkdir "$work/files"
for i in $(seq 1 200); do
	for _ in $(seq 1 20); do echo "$needle customer record $i"; done >"$work/files/record-$i.txt"
done
printf 'label: gpt\nstart=2048, type=linux, name=customers\n' | sfdisk -q --no-reread --no-tell-kernel "$loop"
partx -a "$loop"
mkfs.ext4 -q -F -d "$work/files" "${loop}p1"
sync
blockdev --flushbufs "$loop"
before=$(count_needles)
echo "$loop holds $before needles"
[ "$before" -ge 4000 ]

export CERTWIPE_ROOT="$work/root"
say "First run on this machine"
run "$certwipe" setup --principal station@demo.example

say "The disk as certwipe sees it"
"$certwipe" list --all | grep -E "^DISK|^$loop " || true

say "What would be done"
run "$certwipe" plan "$loop"

say "Doing it"
name=${loop#/dev/}
run "$certwipe" wipe "$loop" --confirm "$name" --client "Example client" --order DEMO-1

certificate=$(ls "$CERTWIPE_ROOT"/var/lib/certwipe/certificates/*.json)
say "The certificate, for people"
run "$certwipe" render "$certificate" --text

say "Checked by certwipe, with the disk"
run "$certwipe" check "$certificate" --device "$loop" --full

say "Checked by stock ssh-keygen"
run ssh-keygen -Y verify -f "$CERTWIPE_ROOT/etc/certwipe/allowed_signers" -I station@demo.example \
	-n station@certwipe -s "$certificate.station.sshsig" <"$certificate"

say "Checked by stock openssl and cmp, every byte of the disk"
key=$(/usr/bin/python3 - "$certificate" <<'PY'
import json, sys
steps = json.load(open(sys.argv[1]))["steps"]
print([s["content"]["key"] for s in steps if s.get("content", {}).get("key")][-1])
PY
)
size=$(blockdev --getsize64 "$loop")
echo "\$ openssl enc -aes-256-ctr -K $key -iv 0... -in /dev/zero | cmp -n $size - $loop"
{ openssl enc -aes-256-ctr -K "$key" -iv 00000000000000000000000000000000 -in /dev/zero 2>/dev/null || true; } |
	cmp -n "$size" - "$loop"
echo "all $size bytes are the keystream that the certificate names"

say "Looking for the needles"
after=$(count_needles || true)
echo "$loop held $before needles and holds $after now"
[ "$after" -eq 0 ]
say "Done: one disk in, one certificate out"
