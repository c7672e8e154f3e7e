#!/usr/bin/env bash
# script/demo prints its report: of the synthetic shop, the same on every machine, and of real files where they are.
# shellcheck source=test/tap/tap.sh
source "$(dirname "$0")/tap.sh"

data=$root/../shared/data
# bars are drawn with blocks only where the locale can show them
demo() { (cd / && LC_ALL=C.UTF-8 "$root/script/demo" "$@" 2>/dev/null); }

report=$(demo)
is "$report" "$(cat "$root/test/tap/demo.expected")" 'the report of the synthetic shop'

# has REPORT TEXT NAME
has() {
    [[ $1 == *"$2"* ]]
    ok $? "$3: $2"
}

name='CDNOW, every purchase of 23,570 customers'
if [[ -f $data/cdnow/CDNOW_master.txt ]]; then
    report=$(demo "$data/cdnow/CDNOW_master.txt" --delimiter whitespace --customer customer_id --date date --amount dollar_value)
    # golden customers, their share, the Gini coefficient, champions and hibernating: worked out by a program of its own
    for figure in 23,570 69,659 2,500,315.63 7,695 '32.65 %' 0.635 4,358 7,743 19,684 16,874; do has "$report" "$figure" CDNOW; done
else
    skip "$name" 'the file is not there'
fi

name='Online Retail, half a million lines'
if [[ -f $data/online_retail/online_retail.csv.gz ]]; then
    report=$(demo "$data/online_retail/online_retail.csv.gz" --customer CustomerID --date InvoiceDate --amount 'Quantity * UnitPrice' --order InvoiceNo \
        --product Description --relation 'left(StockCode, 3)' --price UnitPrice)
    # the kinds of sale add up to the revenue of rows with a customer
    for figure in 541,909 135,080 9,747,747.93 1,178 3,499,466.01 1,865,651.08 1,606,340.59 749,276.59 687,401.35 -108,069.81 'no dropout to be seen' '825          67.7           39.4   6.7'; do has "$report" "$figure" 'Online Retail'; done
else
    skip "$name" 'the file is not there'
fi

# wrong input: one line, status 2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
printf 'who,day,sum\nA,2024-01-05,10\nB,2024-13-05,20\n' >"$folder/orders.csv"
answer=$("$root/script/demo" "$folder/orders.csv" --customer who --date day --amount sum 2>&1 >/dev/null | tail -n 1)
status=$("$root/script/demo" "$folder/orders.csv" --customer who --date day --amount sum >/dev/null 2>&1; echo $?)
is "$status" 2 'a date that cannot be read ends with status 2'
[[ $answer == *3* && $answer == *2024-13-05* ]]
ok $? "and one line that names line and value: $answer"

done_testing
