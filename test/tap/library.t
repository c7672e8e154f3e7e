#!/usr/bin/env bash
# No C++ exception gets past the guard (src/pg/guard.h): it would end the server process, and with it every session. So nothing
# runs when the library is loaded, where there is no guard, and no call throws out of a function that is noexcept.
source "$(dirname "$0")/tap.sh"

# --- loading ------------------------------------------------------------------------------------

# loading_code FOLDER: the objects in it with code that runs at load
loading_code() {
    local object
    find "$1" -name '*.o' | sort | while read -r object; do
        if readelf -SW "$object" | grep -Eq ' \.(preinit_array|init_array|ctors)[. ]' || nm "$object" | grep -q ' _GLOBAL__'; then
            printf '%s\n' "${object#"$1/"}"
        fi
    done
}

library=$stage$("$PG_CONFIG" --pkglibdir)/customer_value.so
is "$(loading_code "$build/src")" '' 'no object has code that runs when the library is loaded: make its constants constexpr'
[[ $(nm "$library") == *customer_value_* ]]
ok $? 'the library has its symbols'
is "$(nm "$library" | grep ' _GLOBAL__')" '' 'and no such code'

# --- assertions ---------------------------------------------------------------------------------

[[ $(nm -D "$library") == *' U ExceptionalCondition'* ]]
ok $? "the library that the tests use has PostgreSQL's assertions"

# --- noexcept -----------------------------------------------------------------------------------

# What the optimizer has left of each function says which calls may throw where nothing may: [MNT 1], "must not throw". Without
# inlining, and without other libraries that may replace a function, each call stands in the function that makes it.
options='-O1 -g0 -w -fno-inline -fno-semantic-interposition -fdump-tree-optimized-eh'

# may_abort FOLDER: our functions that are noexcept and have a call that may throw, without the arguments of templates
may_abort() {
    find "$1" -name '*.optimized' -exec awk '
        /^;; Function / {
            name = $0
            sub(/^;; Function /, "", name)
            sub(/ \([^()]*funcdef_no=.*/, "", name)
            while (gsub(/<[^<>]*>/, "", name));
        }
        /\[MNT [0-9]+\]/ && name ~ /^customer_value(::|_)/ { print name }
    ' {} + | LC_ALL=C sort -u
}

# a copy of the sources, with both mistakes planted: the test itself. Each file is compiled alone, and so shown to include all that it needs
tree=$work/library
mkdir -p "$tree/src/core/planted"
tar -C "$root" -c --exclude='*.[od]' src Makefile script customer_value.control | tar -C "$tree" -x --no-same-owner
cat >"$tree/src/core/planted/planted.cpp" <<'CPP'
#include <string>
namespace customer_value::planted {
std::string text(100, 'a');
template <class Number> std::string longer(Number by) noexcept { return text + std::string(by, 'b'); }
template std::string longer(int);
std::string shorter() { return text.substr(1); }
}
CPP
if ! make -s -j "$(nproc)" -C "$tree" PG_CONFIG="$PG_CONFIG" WARNINGS="$options" UNITY=no >"$tree/log" 2>&1; then
    if grep -q 'fdump-tree-optimized' "$tree/log"; then
        skip 'functions that are noexcept' 'the compiler is not GCC'
    else
        ok 1 'the library is built without inlining'
        tail -n 20 "$tree/log" | sed 's/^/# /'
    fi
    done_testing
fi
is "$(loading_code "$tree/src")" core/planted/planted.o 'code that runs at load is seen'

found=$(may_abort "$tree")
planted=customer_value::planted::longer
[[ $'\n'$found$'\n' == *$'\n'$planted$'\n'* && $found != *shorter* ]]
ok $? 'a call that may throw in a function that is noexcept is seen'

# another compiler may see fewer calls; more need a reason
reviewed=$(sed -n 's/^\(customer_value[^ ]*\): ..*/\1/p' "$root/test/tap/library.noexcept" | LC_ALL=C sort)
is "$(LC_ALL=C comm -23 <(grep -vx "$planted" <<<"$found") <(printf '%s\n' "$reviewed"))" '' \
    'each call that may throw in a function that is noexcept has its reason in test/tap/library.noexcept: write it, or remove noexcept'
LC_ALL=C comm -13 <(printf '%s\n' "$found") <(printf '%s\n' "$reviewed") | sed 's/^/# no longer needed in library.noexcept: /'

done_testing
