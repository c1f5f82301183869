# SPDX-License-Identifier: GPL-3.0-or-later
# bash completion for certwipe: verbs, options, disks, procedures, certificates. Asks the program
# itself for options, so that this file cannot fall behind it.

_certwipe_disks() {
	local disk
	for disk in /sys/block/*; do
		case ${disk##*/} in
		ram* | zram* | dm-* | md*) ;;
		*) printf '/dev/%s\n' "${disk##*/}" ;;
		esac
	done
}

_certwipe() {
	local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} verb= i
	local verbs="list show procedure plan wipe resume status station supervise sign check render setup"
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--root | --config) ((i++)) ;;
		-*) ;;
		*)
			verb=${COMP_WORDS[i]}
			break
			;;
		esac
	done
	COMPREPLY=()
	case $previous in
	--root)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return
		;;
	--config | --allowed-signers)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--procedure | -p)
		mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" procedure list 2>/dev/null |
			awk 'NR > 1 { print $1 }')" -- "$cur")
		return
		;;
	--exclude | -e | --device | -d)
		mapfile -t COMPREPLY < <(compgen -W "$(_certwipe_disks)" -- "$cur")
		return
		;;
	--as)
		mapfile -t COMPREPLY < <(compgen -W "operator witness approver" -- "$cur")
		return
		;;
	--io-class)
		mapfile -t COMPREPLY < <(compgen -W "best-effort idle none" -- "$cur")
		return
		;;
	--progress)
		mapfile -t COMPREPLY < <(compgen -W "auto json none" -- "$cur")
		return
		;;
	esac
	if [ -z "$verb" ]; then
		mapfile -t COMPREPLY < <(compgen -W "$verbs --root --config --help --version" -- "$cur")
	elif [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "$verb" --help 2>/dev/null |
			grep -oE -- '--[a-z-]+')" -- "$cur")
	else
		case $verb in
		show | plan | wipe) mapfile -t COMPREPLY < <(compgen -W "$(_certwipe_disks)" -- "$cur") ;;
		procedure) mapfile -t COMPREPLY < <(compgen -W "list show check" -- "$cur") ;;
		sign | check | render) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
		esac
	fi
}
complete -F _certwipe certwipe
