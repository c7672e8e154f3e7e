// A random workload on a mart. Sessions write orders and refresh the mart, while a disturber ends sessions and changes
// tables under them. At the end of each round all sessions stop and one refresh runs. Every view must then equal that
// of a mart made from scratch, to the last digit.
//
//     PGDATABASE=stress build/stress/mart [SECONDS [SEED]] [-KIND...] [+KIND...]
//
// -KIND leaves out a kind of statement or disturbance. +KIND leaves out all others of its table.
// MART_JOURNAL=FILE writes every statement to a file.
#include "mart_disturbances.h"
#include "tap.h"

#include <atomic>
#include <cstdlib>
#include <future>

namespace {

using namespace customer_value::test;
using Clock = Journal::Clock;

const Role refresher_role = {"refresher",
                             {"40001", "40P01", "55P03", "57014", "57P01",
                              "lost",  // serialization failure, deadlock, lock timeout, cancelled, terminated
                              "42P01", "42703", "42704",
                              "3F000"}};  // a table, column, mart or schema that is gone for the moment

const Role judge_role = {"judge", {}};

struct Options {
    double seconds = 60;
    unsigned seed = std::random_device()();
};

using Refresh = std::string (*)(const Shop& shop, Draw& draw);
const std::vector<Kind<Refresh>> refreshes = {
    {"refresh", 10, [](const Shop&, Draw&) -> std::string { return "CALL public.refresh_mart('kept')"; }},
    {"refresh_period", 3,
     [](const Shop& shop, Draw& draw) {
         const auto first = "date '" + shop.random_day(draw) + "'";
         return "CALL public.refresh_mart('kept', " + first + ", " + first + " + " +
                std::to_string(draw.number(1, 100)) + ")";
     }},
    {"refresh_quality", 1,
     [](const Shop&, Draw&) -> std::string { return "CALL public.refresh_mart('kept', quality => true)"; }},
};

// A shop, its mart, and the rounds of work on them.
class Workload {
public:
    Workload(Shop::Shape shape, Journal& journal, Kinds& kinds, Draw& draw, Tap& tap)
        : draw_(draw), shop_(shape, draw), journal_(journal), kinds_(kinds), tap_(tap)
    {
        clear();
        shop_.build(control_);
        control_.run("CALL public.refresh_mart('kept')");
    }

    void round(const std::string& name, double seconds)
    {
        journal_.forget();
        kinds_.rest(draw_, disturbances, 65);
        kinds_.rest(draw_, ways_to_write, 40);
        // busy writers soon make every month be read again, which hides a loss; calm ones do not
        longest_pause_ = draw_.chance(50) ? 30 : 400;
        work(seconds);
        settle(name + ": " + shop_.name());
    }
    void clear()
    {
        finish_prepared();
        control_.run("DROP SCHEMA IF EXISTS shop, kept, fresh, moved CASCADE");
    }

private:
    // Runs all sessions until the time is over. Prepared transactions end first: a refresh may be waiting for their
    // locks.
    void work(double seconds)
    {
        must_end_ = false;
        std::vector<std::future<void>> writers, refreshers;
        for (int i = 1; i <= 3; ++i)
            writers.push_back(
                start("writer " + std::to_string(i), writer_role, [this](Session& session) { write(session); }));
        for (int i = 1; i <= 2; ++i)
            refreshers.push_back(start("refresher " + std::to_string(i), refresher_role,
                                       [this](Session& session) { refresh(session); }));
        writers.push_back(start("disturber", disturber_role, [this](Session& session) { disturb(session); }));
        std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
        must_end_ = true;
        for (auto& writer : writers)
            writer.get();
        finish_prepared();
        for (auto& refresher : refreshers)
            refresher.get();
    }
    // A session that does something again and again, in a thread of its own
    template <class Deed> std::future<void> start(const std::string& name, const Role& role, Deed deed)
    {
        const auto seed = static_cast<unsigned>(draw_.number(0, 1'000'000'000));
        return std::async(std::launch::async, [this, name, seed, deed, &role] {
            Session session(journal_, role, name, seed);
            while (!must_end_)
                deed(session);
        });
    }

    void write(Session& session)
    {
        Writer writer{session, shop_, kinds_};
        if (const auto* kind = kinds_.draw(session.draw, ways_to_write))
            kind->deed(writer);
        pause(session.draw.number(0, longest_pause_));
    }
    void refresh(Session& session)
    {
        const auto call = kinds_.draw(session.draw, refreshes)->deed(shop_, session.draw);
        const bool is_short = kinds_.has("timeouts") && session.draw.chance(25);
        if (is_short) {
            kinds_.count("timeouts");
            session.run("SET " + session.draw.one_of<std::string>({"statement_timeout", "lock_timeout"}) + " = " +
                        std::to_string(session.draw.number(1, 120)));
        }
        session.run(call);
        if (is_short)
            session.run("SET statement_timeout = '20s'; SET lock_timeout = '5s'");
        pause(session.draw.number(0, 200));
    }
    void disturb(Session& session)
    {
        Disturber disturber{session, shop_};
        if (const auto* kind = kinds_.draw(session.draw, disturbances))
            kind->deed(disturber);
        pause(session.draw.number(0, 150));
    }

    void finish_prepared()
    {
        const auto left =
            control_.run("SELECT quote_literal(gid) FROM pg_prepared_xacts WHERE database = current_database()");
        for (int i = 0; i < left.rows(); ++i)
            control_.run((draw_.chance(50) ? "COMMIT PREPARED " : "ROLLBACK PREPARED ") + left.value(i));
    }

    // Claims that one refresh brings the mart up to date, whatever has happened.
    void settle(const std::string& claim)
    {
        Session judge(journal_, judge_role, "judge", static_cast<unsigned>(draw_.number(0, 1'000'000'000)));
        bool is_well = judge.run("CALL public.refresh_mart('kept')");
        if (!is_well)
            tap_.note(judge.message());
        const auto wrong = is_well ? difference() : "the refresh failed";
        if (!tap_.ok(wrong.empty(), claim)) {
            tap_.note(wrong + "\n" + journal_.tail());
            control_.run("SELECT public.drop_mart('kept')");
            control_.run(shop_.create_mart("kept", true));
            control_.run("CALL public.refresh_mart('kept')");
        }
    }
    // The views that are not those of a mart made afresh; empty where all are
    std::string difference()
    {
        control_.run(shop_.create_mart("fresh", false));
        control_.run("CALL public.refresh_mart('fresh')");
        const auto kept = shown("kept"), fresh = shown("fresh");
        std::string wrong;
        for (const auto& [view, content] : fresh)
            if (!kept.contains(view) || kept.at(view) != content)
                wrong += (wrong.empty() ? "not as made afresh: " : " ") + view;
        control_.run("SELECT public.drop_mart('fresh')");
        return wrong;
    }
    // What each view shows, by its name
    std::map<std::string, std::string> shown(const std::string& mart)
    {
        const auto views =
            control_.run("SELECT viewname FROM pg_views WHERE schemaname = '" + mart +
                         "' AND viewname NOT IN ('data_quality', 'refreshes') AND viewname !~ '^source_'");
        std::map<std::string, std::string> contents;
        for (int i = 0; i < views.rows(); ++i)
            contents[views.value(i)] =
                control_.value("SELECT md5(string_agg(row::text, ';' ORDER BY row::text)) FROM " + mart + "." +
                               views.value(i) + " AS row");
        return contents;
    }

    Draw& draw_;
    const Shop shop_;
    Journal& journal_;
    Kinds& kinds_;
    Tap& tap_;
    Connection control_;
    std::atomic<bool> must_end_ = false;
    std::atomic<int> longest_pause_ = 0;
};

template <class Table> void declare(Kinds& kinds, const Table& table)
{
    for (const auto& kind : table)
        kinds.declare(kind.name);
}

Options read_arguments(const std::vector<std::string>& arguments, Kinds& kinds)
{
    Options options;
    int numbers = 0;
    for (const auto& argument : arguments) {
        if (argument[0] == '-' || argument[0] == '+')
            kinds.choose(argument);
        else if (++numbers == 1)
            options.seconds = std::stod(argument);
        else
            options.seed = static_cast<unsigned>(std::stoul(argument));
    }
    return options;
}

void report(Tap& tap, const std::string& title, const std::map<std::string, int>& counts)
{
    std::string text = title;
    for (const auto& [name, count] : counts)
        text += (text == title ? " " : ", ") + name + " " + std::to_string(count);
    tap.note(text);
}

// Shops of each shape in turn, some rounds each, until the time is over
void work(Tap& tap, Journal& journal, Kinds& kinds, const Options& options)
{
    const auto start = Clock::now();
    const auto is_over = [&](double seconds) { return Clock::now() - start > std::chrono::duration<double>(seconds); };
    const double shop_seconds = std::min(options.seconds / 3, 30.0);
    Draw draw(options.seed);
    for (int shop = 0, round = 0; !is_over(options.seconds); ++shop) {
        Workload workload(static_cast<Shop::Shape>(shop % 3), journal, kinds, draw, tap);
        do
            workload.round("round " + std::to_string(++round) + " of seed " + std::to_string(options.seed), 2);
        while (!is_over(shop_seconds * (shop + 1)));
        workload.clear();
    }
}

void test(Tap& tap, const std::vector<std::string>& arguments)
{
    Journal journal;
    Kinds kinds;
    declare(kinds, statements);
    declare(kinds, ways_to_write);
    declare(kinds, refreshes);
    declare(kinds, disturbances);
    kinds.declare("timeouts");
    const auto options = read_arguments(arguments, kinds);
    if (Connection().value("SHOW max_prepared_transactions") == "0")
        kinds.choose("-two_phases");
    if (const auto* path = std::getenv("MART_JOURNAL"))
        journal.copy_to(path);

    work(tap, journal, kinds, options);
    report(tap, "counts:", kinds.counts());
    report(tap, "errors:", journal.errors());
    tap.ok(journal.unexpected().empty(), "no session fails but for what others do to it");
    for (std::size_t i = 0; i < std::min<std::size_t>(journal.unexpected().size(), 20); ++i)
        tap.note(journal.unexpected()[i]);
}

}  // namespace

int main(int count, char** arguments)
{
    return tested([&](Tap& tap) { test(tap, {arguments + 1, arguments + count}); });
}
