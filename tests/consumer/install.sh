#!/bin/sh
# install.sh <build> <prefix>: installs the built tree, then moves it to <prefix>: programs that are built against it
# there show that an installed Bask may be moved.
set -eu
unset DESTDIR
rm -rf "$2" "$2.first"
cmake --install "$1" --prefix "$2.first"
mv "$2.first" "$2"
# has_page <tool> <prefix> <its help>: the tool's man page must be there, and have exactly the options of its help.
has_page() {
  page=$2/share/man/man1/$1.1
  grep -q "^\.Nm $1\$" "$page"
  awk '$1 == ".It" { for (i = 2; i < NF; ++i) if ($i == "Fl" && $(i + 1) != "-bask-help") print "-" $(i + 1) }' "$page" |
    sort -u >"$2/options_of_page"
  printf '%s\n' "$3" | grep -oE '^ +-[^ ]+(, -[^ ]+)?' | tr -s ', ' '\n' | grep '^-' | sort -u | diff - "$2/options_of_page"
  rm "$2/options_of_page"
}

# The tools are installed, and run where they lie now.
if [ -e "$1/apps/farm" ]; then
  "$2/bin/farm" --help | grep -q 'usage\|Usage\|farm'
  "$2/bin/taskbench" --bask-version | grep -q '^BLAS: '
  "$2/bin/bask-top" --version | grep -q '^bask-top [0-9]'
  has_page bask-top "$2" "$("$2/bin/bask-top" --help)"
  has_page farm "$2" "$("$2/bin/farm" --help && "$2/bin/farm" run --help && "$2/bin/farm" retry --help)"
  has_page taskbench "$2" "$("$2/bin/taskbench" --help)"
  printf 'account = "climate"\n' >"$2/slurm.toml"
  "$2/bin/bask-submit" --config "$2/slurm.toml" --print -- /bin/true | grep -qx '#SBATCH --account=climate'
  rm "$2/slurm.toml"
fi
has_page bask-submit "$2" "$("$2/bin/bask-submit" --help)"
