// A hundred thousand errors, each caught inside the server, cost no memory: neither in the session's memory contexts
// nor outside them, where a leaked exception would be.
#include "connection.h"
#include "tap.h"

#include <unistd.h>

#include <cmath>
#include <fstream>

namespace {

using customer_value::test::Connection;
using customer_value::test::Tap;

constexpr int warm_up = 2000, repetitions = 10000;
constexpr double bound = 3e6;  // bytes

struct Mistake {
    const char* title;
    const char* statement;  // PL/pgSQL; n is an integer that changes
    const char* sqlstate;
};

constexpr Mistake mistakes[] = {
    {"a score out of range", "PERFORM nps(n + 11)", "22003"},
    {"a fractional score out of range", "PERFORM nps(-0.5 - n)", "22003"},
    {"an amount that is not a number", "PERFORM net_revenue('NaN'::numeric) FROM generate_series(1, 3)", "22003"},
    {"an infinite amount by order", "PERFORM avg_check('-Infinity'::double precision, n::text)", "22003"},
    {"a malformed text of a fixed state", "PERFORM ('(version:1,promoters:' || n || ',passives:x')::nps_state",
     "22P02"},
    {"a malformed text of a growing state",
     "PERFORM ('(version:1,key:\"text\",scale:0,order:\"' || n || '\",net:0')::order_state", "22P02"},
    {"a contradiction inside a state", "PERFORM ('(version:1,lost:' || n + 1 || ',at_start:' || n || ')')::churn_state",
     "22023"},
    {"a second currency", "PERFORM net_revenue(n, currency) FROM (VALUES ('EUR'), ('USD')) AS rows (currency)",
     "22023"},
    {"two kinds of order id", "PERFORM order_agg(n, n::bigint) || order_agg(n, n::text)", "22023"},
    {"more customers lost than there were", "PERFORM churn_rate(5 + n::bigint, 1)", "22003"},
};

std::string loop(const Mistake& mistake, int times)
{
    return "DO $$ BEGIN FOR n IN 1.." + std::to_string(times) + " LOOP BEGIN " + mistake.statement +
           "; RAISE EXCEPTION 'no error' USING ERRCODE = 'P0001'; EXCEPTION WHEN SQLSTATE '" + mistake.sqlstate +
           "' THEN NULL; END; END LOOP; END $$";
}

struct Memory {
    double resident, contexts;
};

// The backend's own figures: pages in memory, and what its contexts hold.
Memory memory_of(Connection& connection)
{
    std::ifstream statm("/proc/" + std::to_string(connection.backend_pid()) + "/statm");
    double size = 0, resident = 0, shared = 0;
    statm >> size >> resident >> shared;
    return {(resident - shared) * static_cast<double>(sysconf(_SC_PAGESIZE)),
            std::stod(connection.value("SELECT sum(total_bytes) FROM pg_backend_memory_contexts"))};
}

void check_growth(Tap& tap, const std::string& title, double before, double after)
{
    if (!tap.ok(after - before < bound, title))
        tap.note("grew by " + std::to_string(std::lround(after - before)) + " bytes");
}

void test(Tap& tap)
{
    Connection connection;
    for (const auto& mistake : mistakes)
        connection.run(loop(mistake, warm_up));
    const auto first = memory_of(connection);
    for (const auto& mistake : mistakes) {
        const auto before = memory_of(connection);
        connection.run(loop(mistake, repetitions));
        const auto after = memory_of(connection);
        tap.ok(true, std::string(mistake.title) + " is an error " + mistake.sqlstate + ", ten thousand times");
        check_growth(tap, std::string(mistake.title) + " costs no memory", before.resident, after.resident);
    }
    const auto last = memory_of(connection);
    check_growth(tap, "a hundred thousand errors cost no memory of the process", first.resident, last.resident);
    check_growth(tap, "a hundred thousand errors cost no memory of the memory contexts", first.contexts, last.contexts);
}

}  // namespace

int main() { return customer_value::test::tested(test); }
