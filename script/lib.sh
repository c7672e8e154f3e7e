# shellcheck shell=bash
# What script/demo, script/test and script/bench share: packages, PostgreSQL, a build, a private server.
#
#   source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
#   open_work_dir                # $work, removed at exit together with the server that runs in it
#   find_postgres                # $PG_CONFIG, $pg_major, $pg_bin; installs what is missing
#   build_extension              # into $work/stage, never into the system (but see own_folders)
#   start_cluster [NAME=VALUE]   # exports PGHOST, PGPORT, PGUSER, PGDATABASE

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
oldest_major=15
keep=${keep:-no}   # yes: leave $work and the server behind at exit
work=''            # the temporary directory of this run
step_title=''      # the step under way
ticker=''          # the process that shows its progress
build=''           # the copy of the tree in which the extension is built
stage=''           # where it is installed: this in front of the server's own folders; empty where it is in these
assertions=no      # yes: compile PostgreSQL's Assert() in, which its headers and src/pg have
own_folders=${own_folders:-no}   # yes: a server that loads extensions from its own folders only gets it there
server_data=''     # the data directory of the private server
server_user=''     # who runs it
as_server=()       # the command that makes that user of root

# Nothing of the user's own server settings may lead to a server of theirs
for name in "${!PG@}"; do [[ $name == PG_CONFIG ]] || unset "$name"; done

# --- talking ------------------------------------------------------------------------------------

# Tell the user something, apart from the output proper
say() { printf '%s\n' "$*" >&2; }

# Stop with one line that says what is wrong; the status is 2 for wrong input, else 1
die() {
    step_title=''
    say "error: $1"
    exit "${2:-1}"
}

# True when progress can be drawn over itself
is_live() { [[ -t 2 && -n ${TERM:-} && $TERM != dumb ]]; }

# Microseconds on the clock
now() { printf '%s' "${EPOCHREALTIME//[^0-9]/}"; }

# Seconds since the clock said $1, with one decimal
seconds_since() {
    local tenths=$((($(now) - $1) / 100000))
    printf '%d.%d' $((tenths / 10)) $((tenths % 10))
}

# Redraw the line of a step twice a second, until the script is gone
tick() {
    trap - EXIT INT TERM HUP
    while kill -0 $$ 2>/dev/null; do
        printf '\r\033[K%-52s %7s s  %.20s' "$1" "$(seconds_since "$2")" "$($3 2>/dev/null || true)" >&2
        sleep 0.5
    done
}

# Take the ticker off the screen
stop_ticker() {
    [[ -n $ticker ]] || return 0
    kill "$ticker" 2>/dev/null || true
    wait "$ticker" 2>/dev/null || true
    ticker=''
    printf '\r\033[K' >&2
}

# Run a command as a step, in a subshell: title and elapsed seconds; its output is shown only if it fails.
# step_detail, if set, is a command that prints a few words of progress
step() {
    local title=$1 started
    shift
    started=$(now)
    if is_live; then
        tick "$title" "$started" "${step_detail:-true}" &
        ticker=$!
    else
        printf '%-52s' "$title" >&2
    fi
    step_title=$title
    ("$@") >"$work/log" 2>&1 </dev/null   # no "if": that would switch off errexit inside
    step_title=''
    stop_ticker
    if is_live; then printf '%-52s' "$title" >&2; fi
    printf ' %7s s\n' "$(seconds_since "$started")" >&2
}

# --- beginning and end --------------------------------------------------------------------------

# Make $work, short enough for a socket in it and open to the server's user, and clean it up at exit
open_work_dir() {
    local parent
    umask 022
    for parent in "${TMPDIR:-/tmp}" /tmp; do
        if ((${#parent} > 60)) || [[ ! -w $parent ]]; then continue; fi
        if ((EUID == 0)) && ! runuser -u nobody -- test -x "$parent"; then continue; fi
        work=$(mktemp -d "$parent/customer_value.XXXXXX")
        chmod 755 "$work"
        trap 'close_work_dir $?' EXIT
        trap 'exit 129' HUP
        trap 'exit 130' INT
        trap 'exit 143' TERM
        return
    done
    die 'no temporary directory: make /tmp writable, or set TMPDIR to a short path'
}

# Explain a failed step, stop the server, remove $work; with keep=yes say how to do both instead
close_work_dir() {
    local status=$1
    trap '' INT TERM HUP
    stop_ticker
    if [[ -n $step_title ]]; then
        is_live || say ''
        if ((status == 129 || status == 130 || status == 143)); then
            say "stopped while $step_title"
        else
            tail -n 30 "$work/log" >&2 || true
            say "error: failed while $step_title"
        fi
    fi
    if [[ $keep == yes && -n $server_data && $status -eq 0 ]]; then
        say "The server is still running. Look around with"
        say "    $pg_bin/psql -h $PGHOST -p $PGPORT -U $PGUSER $PGDATABASE"
        say "and stop and remove it with"
        say "    ${as_server[*]}${as_server[0]:+ }$pg_bin/pg_ctl -D $server_data -m immediate stop; rm -r $work"
    else
        stop_cluster
        rm -rf "$work"
    fi
    exit "$status"
}

# --- packages -----------------------------------------------------------------------------------

# Run a command as root: directly, or through sudo
as_root() {
    if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# True when a Debian package is installed
has_package() { [[ $(dpkg-query -W -f '${Status}' "$1" 2>/dev/null) == 'install ok installed' ]]; }

# Fetch the package lists
update_package_lists() { as_root apt-get update -q; }

# Install packages, without the cluster "main" that a new PostgreSQL server would create and start:
# a setting of ours forbids it, in a folder that Debian reads for this and only for the time it takes
install_packages() {
    # shellcheck disable=SC2016
    as_root sh -euc '
        folder=/etc/postgresql-common/createcluster.d
        [ -d "$folder" ] && made= || made=$folder
        mkdir -p "$folder"
        trap "rm -f $folder/customer_value.conf; [ -z \"$made\" ] || rmdir --ignore-fail-on-non-empty $folder" EXIT
        trap "exit 130" INT TERM HUP
        echo "create_main_cluster = false" >"$folder/customer_value.conf"
        DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
    ' sh "$@"
}

# Install those of the given packages that are missing
need_packages() {
    local package missing=()
    for package in "$@"; do has_package "$package" || missing+=("$package"); done
    ((${#missing[@]})) || return 0
    can_install "${missing[*]}"
    if ! apt-cache show "${missing[@]}" >/dev/null 2>&1; then
        step 'fetching the package lists' update_package_lists
    fi
    step_detail=package_progress step "installing ${#missing[@]} packages and what they need" install_packages "${missing[@]}"
}

# Stop with the names of the missing packages when they cannot be installed; ask for sudo's password now
can_install() {
    type -P apt-get >/dev/null || die "there is no apt-get here; install what these Debian packages hold: $1"
    ((EUID)) || return 0
    type -P sudo >/dev/null || die "you are not root and there is no sudo; have these packages installed: $1"
    sudo -v || die "sudo refuses; have these packages installed: $1"
}

# How far apt-get has come
package_progress() { grep -E '^(Get|Unpacking|Setting up)' "$work/log" | tail -n 1 | cut -d ' ' -f 1-3; }

# --- PostgreSQL ---------------------------------------------------------------------------------

# The newest installed major with server headers, if any is new enough
installed_major() {
    local headers major newest=''
    for headers in /usr/include/postgresql/*/server/postgres.h; do
        major=${headers#/usr/include/postgresql/}
        major=${major%%/*}
        [[ $major =~ ^[0-9]+$ && -x /usr/lib/postgresql/$major/bin/pg_config ]] || continue
        if ((major >= oldest_major && major > ${newest:-0})); then newest=$major; fi
    done
    printf '%s' "$newest"
}

# The major that this distribution calls postgresql
default_major() { { apt-cache depends postgresql 2>/dev/null || true; } | sed -n 's/^ *Depends: postgresql-\([0-9]*\)$/\1/p'; }

# Find PostgreSQL and a compiler, installing what is missing: sets PG_CONFIG, pg_major and pg_bin
find_postgres() {
    local packages=(g++ make libboost-dev)
    if [[ -n ${PG_CONFIG:-} ]]; then
        PG_CONFIG=$(type -P "$PG_CONFIG") || die "PG_CONFIG is not the path of a pg_config"
        pg_major=$("$PG_CONFIG" --version | sed 's/^PostgreSQL \([0-9]*\).*/\1/')
    else
        pg_major=$(installed_major)
        if [[ -z $pg_major ]]; then
            can_install "g++ make libboost-dev postgresql postgresql-server-dev-all"
            [[ -n $(default_major) ]] || step 'fetching the package lists' update_package_lists
            pg_major=$(default_major)
        fi
        PG_CONFIG=/usr/lib/postgresql/$pg_major/bin/pg_config
    fi
    if [[ ! $pg_major =~ ^[0-9]+$ ]] || ((pg_major < oldest_major)); then
        die "PostgreSQL $oldest_major or newer is needed, found '$pg_major'; set PG_CONFIG to the pg_config of a newer one"
    fi
    if is_packaged; then
        packages+=("postgresql-$pg_major" "postgresql-server-dev-$pg_major")
    fi
    need_packages "${packages[@]}"
    pg_bin=$("$PG_CONFIG" --bindir)
    [[ -x $pg_bin/initdb ]] || die "there is no server in $pg_bin; set PG_CONFIG to the pg_config of an installed server"
    export PG_CONFIG pg_major pg_bin
    choose_build
}

# Set $build: a folder for each server, as objects for a server with assertions are no use to one without, and one more for
# objects with assertions of their own; another user's checkout, or a read-only one, is left alone
choose_build() {
    build=$root/build/pg$pg_major
    is_packaged || build+=-$(cksum <<<"$pg_bin" | cut -d ' ' -f 1)
    [[ $assertions == no ]] || build+=-assertions
    if [[ ! -O $root || ! -w $root ]]; then build=$work/build; fi
}

# True for a server from a package; one that was built by hand has none
is_packaged() { [[ $PG_CONFIG == /usr/bin/* || $PG_CONFIG == /usr/lib/postgresql/* ]]; }

# True when the server can be told of another folder with extensions: PostgreSQL 18, or Debian's
finds_extensions() { ((pg_major >= 18)) || [[ $("$pg_bin/postgres" --describe-config) == *extension_destdir* ]]; }

# Build a copy of the tree in $build and install it into $stage: what you have built yourself, for this
# or another PostgreSQL, stays as it is, and so does the system
build_extension() {
    stage=$work/stage
    if [[ $own_folders == yes ]] && ! is_packaged && ! finds_extensions; then use_own_folders; fi
    step_detail=build_progress step "building the extension for PostgreSQL $pg_major" compile
}

# Install into the server's own folders: whoever built it by hand can do without what was there
use_own_folders() {
    local folder
    for folder in "$("$PG_CONFIG" --pkglibdir)" "$("$PG_CONFIG" --sharedir)/extension"; do
        [[ -w $folder ]] || die "PostgreSQL in $pg_bin loads extensions from its own folders only, and $folder is not writable"
    done
    stage=''
    say "PostgreSQL in $pg_bin loads extensions from its own folders only: customer_value is installed there, over what there is of it"
}

# Copy the sources, compile what has changed, install
compile() {
    mkdir -p "$build"
    exec 9>"$build.lock"
    flock 9   # one build at a time
    find "$build" -type f ! -name '*.[od]' ! -name '*.so' -delete
    tar -C "$root" -c --exclude=./.git --exclude=./build --exclude='*.[od]' --exclude='*.so' . | tar -C "$build" -x --no-same-owner
    [[ $assertions == no ]] || export ASSERTIONS=-DUSE_ASSERT_CHECKING
    make_in_build all
    make_in_build install DESTDIR="$stage"
    exec 9>&-
}

# Run make in the copy of the tree
make_in_build() { env -u MAKEFLAGS -u MAKELEVEL make -s -j "$(nproc)" -C "$build" PG_CONFIG="$PG_CONFIG" "$@"; }

# How many families have been compiled
build_progress() { printf '%d families' "$(find "$build/src" -name '*.unit.o' | wc -l)"; }

# Run a command of the server, which refuses to be root
run_server_command() { (cd "$work" && "${as_server[@]}" env LC_ALL=C.UTF-8 "$pg_bin/$1" "${@:2}"); }

# Create the private cluster in $work; arguments: name=value settings
create_cluster() {
    local setting value
    mkdir -p "$work/socket" "$work/server"
    ((EUID)) || chown "$server_user" "$work/socket" "$work/server"
    run_server_command initdb -D "$server_data" -U postgres -A trust --no-sync --locale=C.UTF-8 -E UTF8
    for setting in "$@"; do
        value=${setting#*=}
        printf "%s = '%s'\n" "${setting%%=*}" "${value//\'/\'\'}"
    done >>"$server_data/postgresql.conf"
    run_server_command pg_ctl -D "$server_data" -l "$work/server/log" -w -t 60 start || {
        cat "$work/server/log"
        return 1
    }
}

# Start a private server on a socket of its own that finds the extension in $stage; arguments: name=value settings for it
start_cluster() {
    local share library
    share=$("$PG_CONFIG" --sharedir)
    library=$("$PG_CONFIG" --pkglibdir)
    local settings=(
        listen_addresses= "unix_socket_directories=$work/socket" unix_socket_permissions=0700 port=5432
        fsync=off synchronous_commit=off full_page_writes=off
        "dynamic_library_path=$stage$library:\$libdir"
    )
    if ((pg_major >= 18)); then
        settings+=("extension_control_path=$stage$share:\$system")
    elif finds_extensions; then
        settings+=("extension_destdir=$stage")
    elif [[ -n $stage ]]; then
        die "PostgreSQL $pg_major in $pg_bin loads extensions from its own folders only; set PG_CONFIG to Debian's, or to 18 or newer"
    fi
    server_user=$(id -un)
    as_server=()
    if ((EUID == 0)); then
        server_user=postgres
        id postgres >/dev/null 2>&1 || server_user=nobody
        as_server=(runuser -u "$server_user" --)
    fi
    server_data=$work/server/data
    step 'starting a private server' create_cluster "${settings[@]}" "$@"
    export PGHOST=$work/socket PGPORT=5432 PGUSER=postgres PGDATABASE=postgres PGCLIENTENCODING=UTF8
}

# Stop the private server at once, if it runs, and remove its data
stop_cluster() {
    [[ -n $server_data ]] || return 0
    if [[ -f $server_data/postmaster.pid ]]; then
        run_server_command pg_ctl -D "$server_data" -m immediate -w stop >/dev/null 2>&1 || true
    fi
    rm -rf "$work/server"
    server_data=''
}
