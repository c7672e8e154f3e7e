// What happens to a mart besides writes of orders: sessions end, and their owner changes tables.
#pragma once

#include "mart_writers.h"

namespace customer_value::test {

inline const Role disturber_role = {
    "disturber",
    {"40001", "40P01", "55P03", "57014",  // serialization failure, deadlock, lock timeout, cancelled
     "23505", "23514",                    // orders that another partition has, or none takes
     "42P01", "42P07",                    // what an earlier disturbance could not make, or left
     "0A000", "2BP01",                    // a view of a mart that has been made again
     "22003"},                            // amounts that have been doubled too often
    "SET lock_timeout = '300ms'; SET default_transaction_isolation = 'read committed'; SET search_path = public"};

struct Disturber {
    Session& session;
    const Shop& shop;

    // Runs statements in one transaction; true if it commits.
    bool at_once(std::vector<std::string> statements)
    {
        statements.insert(statements.begin(), "BEGIN");
        statements.emplace_back("COMMIT");
        const bool is_well = session.run_all(statements);
        if (!is_well)
            session.give_up();
        return is_well;
    }
    // Runs statements that must succeed, as without them nothing else can go on.
    void insist(const std::vector<std::string>& statements)
    {
        for (int attempts = 0; attempts < 100; ++attempts) {
            if (at_once(statements))
                return;
            pause(20);
        }
        throw std::runtime_error("cannot undo a disturbance: " + statements.back() + ": " + session.message());
    }
    // Gives other sessions some time.
    void wait() { pause(session.draw.number(0, 300)); }
    // A random write, half of the time of an old month, which no other write is likely to touch soon after.
    std::string write()
    {
        if (session.draw.chance(50))
            return session.draw.one_of(statements).deed(shop, session.draw);
        return "INSERT INTO " + table() + " (" + Shop::columns + ") SELECT nextval('shop.ids'), * FROM shop.made(" +
               std::to_string(session.draw.number(1, 1'000'000)) + ", 3, '" +
               iso(shop.today - std::chrono::days(session.draw.number(1000, 4000))) + "', 1)";
    }
    std::string table() { return shop.random_table(session.draw); }
};

// Cancels or terminates a random session of a role
inline void stop_one(Disturber& disturber, const std::string& function, const std::string& role)
{
    disturber.session.run("SELECT " + function +
                          "(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '" +
                          role + "%' AND (state = 'active' OR random() < 0.1) ORDER BY random() LIMIT 1");
}

// No column is altered while a view of a mart reads it; the next refresh makes the view again.
inline const std::string drop_sources = "DROP VIEW IF EXISTS kept.source_orders, moved.source_orders";

inline void change_amount_type(Disturber& disturber)
{
    if (!disturber.at_once({drop_sources, "ALTER TABLE shop.orders ALTER amount TYPE numeric(14,3)"}))
        return;
    disturber.wait();
    disturber.insist({drop_sources, "ALTER TABLE shop.orders ALTER amount TYPE numeric(12,2)"});
}

inline void round_amounts(Disturber& disturber)
{
    if (!disturber.at_once(
            {drop_sources, "ALTER TABLE shop.orders ALTER amount TYPE numeric(14,3)",
             "UPDATE shop.orders SET amount = amount + 0.004 WHERE " + some_orders(disturber.session.draw, 5)}))
        return;
    disturber.wait();
    disturber.insist({drop_sources, "ALTER TABLE shop.orders ALTER amount TYPE numeric(12,2)"});
}

inline void compute_amounts(Disturber& disturber)
{
    disturber.at_once(
        {drop_sources, std::string("ALTER TABLE shop.orders ALTER amount TYPE numeric(12,2) USING amount ") +
                           (disturber.session.draw.chance(50) ? "* 2" : "/ 2")});
}

inline void compute_days(Disturber& disturber)
{
    if (disturber.shop.shape != Shop::Shape::partitioned)  // no type of a column that partitions are by can change
        disturber.at_once({drop_sources, "ALTER TABLE shop.orders ALTER at TYPE " + disturber.shop.at_type + " USING " +
                                             disturber.shop.later(disturber.session.draw.chance(50) ? 40 : -40)});
}

inline void swap_category(Disturber& disturber)
{
    disturber.at_once({drop_sources, "ALTER TABLE shop.orders DROP COLUMN category",
                       std::string("ALTER TABLE shop.orders ADD COLUMN category text") +
                           (disturber.session.draw.chance(50) ? " DEFAULT 'c9'" : ""),
                       "ALTER TABLE shop.orders ALTER category DROP DEFAULT"});
}

inline void exchange_columns(Disturber& disturber)
{
    disturber.at_once({"ALTER TABLE shop.orders RENAME category TO other",
                       "ALTER TABLE shop.orders RENAME product TO category",
                       "ALTER TABLE shop.orders RENAME other TO product"});
}

inline void drop_trigger(Disturber& disturber)
{
    const auto table = disturber.table();
    const auto event = disturber.session.draw.one_of<std::string>({"insert", "update", "delete", "truncate"});
    if (disturber.session.run("DROP TRIGGER IF EXISTS kept_" + event + " ON " + table))
        disturber.session.run(disturber.write());
}

inline void switch_triggers_off(Disturber& disturber)
{
    static const std::vector<std::string> events = {"ALL", "USER", "kept_insert", "kept_update"};
    const auto table = "ALTER TABLE " + disturber.table();
    const auto event = disturber.session.draw.one_of(events);
    if (disturber.session.draw.chance(50)) {
        disturber.at_once({table + " DISABLE TRIGGER " + event, disturber.write(), table + " ENABLE TRIGGER " + event});
    } else if (disturber.session.run(table + " DISABLE TRIGGER " + event)) {
        disturber.wait();
        disturber.session.run(disturber.write());
        disturber.session.run(table + " ENABLE TRIGGER " + event);
    }
}

inline void write_as_replica(Disturber& disturber)
{
    disturber.at_once({"SET LOCAL session_replication_role = replica", disturber.write(), disturber.write()});
}

inline void empty_and_reload(Disturber& disturber)
{
    disturber.at_once({"TRUNCATE shop.orders", "INSERT INTO shop.orders (" + Shop::columns +
                                                   ") SELECT nextval('shop.ids'), * FROM " +
                                                   disturber.shop.random_orders(disturber.session.draw, 400)});
}

// Attaches a partition, after moving the rows that were written to the wrong side of its bounds meanwhile
inline std::vector<std::string> attach(const std::string& partition, const std::string& bounds,
                                       const std::string& in_bounds)
{
    const std::string insert =
        " (" + Shop::columns + ") SELECT nextval('shop.ids'), " + Shop::columns_after_id + " FROM moved";
    return {"LOCK TABLE shop.orders, " + partition + " IN ACCESS EXCLUSIVE MODE",
            "WITH moved AS (DELETE FROM " + partition + " WHERE (" + in_bounds +
                ") IS NOT TRUE RETURNING *) INSERT INTO shop.orders" + insert,
            "WITH moved AS (DELETE FROM shop.orders_0 WHERE " + in_bounds + " RETURNING *) INSERT INTO " + partition +
                insert,
            "ALTER TABLE shop.orders ATTACH PARTITION " + partition + " FOR VALUES " + bounds};
}

inline void detach_and_attach(Disturber& disturber)
{
    if (disturber.shop.shape == Shop::Shape::partitioned) {
        const auto i = static_cast<std::size_t>(disturber.session.draw.number(1, Shop::partitions));
        if (!disturber.session.run("ALTER TABLE shop.orders DETACH PARTITION " + Shop::partition(i)))
            return;
        disturber.wait();
        if (disturber.session.draw.chance(50))
            disturber.session.run("UPDATE " + Shop::partition(i) + " SET amount = amount + 3");
        disturber.insist(attach(Shop::partition(i), disturber.shop.bounds(i), disturber.shop.in_bounds(i)));
    } else if (disturber.shop.shape == Shop::Shape::inherited &&
               disturber.session.run("ALTER TABLE shop.child NO INHERIT shop.orders")) {
        disturber.wait();
        disturber.session.run("UPDATE shop.child SET amount = amount + 3");
        disturber.insist({"ALTER TABLE shop.child INHERIT shop.orders"});
    }
}

// Adds a table of old orders, or drops it with its rows
inline void create_or_drop(Disturber& disturber)
{
    const bool is_there = disturber.session.value("SELECT to_regclass('shop.old') IS NOT NULL") == "t";
    const auto old = "INSERT INTO shop.old (" + Shop::columns + ") SELECT nextval('shop.ids'), * FROM shop.made(" +
                     std::to_string(disturber.session.draw.number(1, 1'000'000)) + ", 30, '2019-03-01', 300)";
    if (is_there)
        disturber.session.run(disturber.session.draw.chance(70) ? "DROP TABLE shop.old" : old);
    else if (disturber.shop.shape == Shop::Shape::inherited)
        disturber.at_once({"CREATE TABLE shop.old () INHERITS (shop.orders)", old});
    else if (disturber.shop.shape == Shop::Shape::partitioned) {
        std::vector<std::string> statements = {"CREATE TABLE shop.old (LIKE shop.orders INCLUDING ALL)", old};
        std::ranges::copy(
            attach("shop.old", "FROM ('2019-01-01') TO ('2020-01-01')", "at >= '2019-01-01' AND at < '2020-01-01'"),
            std::back_inserter(statements));
        disturber.at_once(statements);
    }
}

inline void rename_and_back(Disturber& disturber, const std::string& there, const std::string& back)
{
    if (!disturber.session.run(there))
        return;
    disturber.wait();
    disturber.insist({back});
}

inline void rename_mart(Disturber& disturber)
{
    if (!disturber.session.run("ALTER SCHEMA kept RENAME TO moved"))
        return;
    disturber.wait();
    if (disturber.session.draw.chance(15))
        disturber.session.run("CALL public.refresh_mart('moved')");
    disturber.insist({"ALTER SCHEMA moved RENAME TO kept"});
}

inline void lock_orders(Disturber& disturber)
{
    std::vector<std::string> statements = {"LOCK TABLE shop.orders IN ACCESS EXCLUSIVE MODE", disturber.write()};
    if (disturber.session.draw.chance(30))
        statements.emplace_back(
            "CREATE TABLE shop.copied AS SELECT * FROM shop.orders; TRUNCATE shop.orders; INSERT INTO "
            "shop.orders SELECT * FROM shop.copied; DROP TABLE shop.copied");
    statements.emplace_back("SELECT pg_sleep(0.0" + std::to_string(disturber.session.draw.number(10, 99)) + ")");
    disturber.at_once(statements);
}

// Rewrites the table without changing it: an older snapshot then sees an empty one
inline void rewrite_orders(Disturber& disturber)
{
    disturber.at_once({"ALTER TABLE shop.orders ADD COLUMN extra double precision DEFAULT random()",
                       "ALTER TABLE shop.orders DROP COLUMN extra",
                       "SELECT pg_sleep(0.0" + std::to_string(disturber.session.draw.number(10, 99)) + ")"});
}

// Makes the planner believe in so many orders that a refresh reads each month on its own
inline void seem_huge(Disturber& disturber)
{
    disturber.at_once(
        {"LOCK TABLE shop.orders IN SHARE UPDATE EXCLUSIVE MODE",
         "UPDATE pg_class SET reltuples = " + std::string(disturber.session.draw.chance(50) ? "1e7" : "1e8") +
             " WHERE relkind = 'r' AND oid IN (SELECT public._mart_relations('shop.orders'))"});
}

inline void index_orders(Disturber& disturber)
{
    if (disturber.session.run("CREATE INDEX at_index ON shop.orders (at)"))
        disturber.insist({"DROP INDEX shop.at_index"});
}

inline const std::vector<Kind<void (*)(Disturber&)>> disturbances = {
    {"cancel_refresher", 6, [](Disturber& disturber) { stop_one(disturber, "pg_cancel_backend", "refresher"); }},
    {"terminate_refresher", 3, [](Disturber& disturber) { stop_one(disturber, "pg_terminate_backend", "refresher"); }},
    {"cancel_writer", 3, [](Disturber& disturber) { stop_one(disturber, "pg_cancel_backend", "writer"); }},
    {"terminate_writer", 2, [](Disturber& disturber) { stop_one(disturber, "pg_terminate_backend", "writer"); }},
    {"amount_type", 1, change_amount_type},
    {"amount_rounded", 1, round_amounts},
    {"amount_using", 1, compute_amounts},
    {"day_using", 1, compute_days},
    {"column_swapped", 1, swap_category},
    {"columns_exchanged", 1, exchange_columns},
    {"trigger_dropped", 1, drop_trigger},
    {"triggers_off", 2, switch_triggers_off},
    {"replica_role", 1, write_as_replica},
    {"reload", 1, empty_and_reload},
    {"detach", 2, detach_and_attach},
    {"create_or_drop", 2, create_or_drop},
    {"cluster", 1, [](Disturber& disturber) { disturber.session.run("CLUSTER shop.orders USING orders_id_at_key"); }},
    {"vacuum_full", 1, [](Disturber& disturber) { disturber.session.run("VACUUM FULL " + disturber.table()); }},
    {"vacuum_freeze", 1, [](Disturber& disturber) { disturber.session.run("VACUUM (FREEZE) " + disturber.table()); }},
    {"analyze", 2, [](Disturber& disturber) { disturber.session.run("ANALYZE shop.orders"); }},
    {"index", 1, index_orders},
    {"mart_renamed", 2, rename_mart},
    {"orders_renamed", 2,
     [](Disturber& disturber) {
         rename_and_back(disturber, "ALTER TABLE shop.orders RENAME TO sales",
                         "ALTER TABLE shop.sales RENAME TO orders");
     }},
    {"column_renamed", 2,
     [](Disturber& disturber) {
         rename_and_back(disturber, "ALTER TABLE shop.orders RENAME note TO remark",
                         "ALTER TABLE shop.orders RENAME remark TO note");
     }},
    {"locked", 2, lock_orders},
    {"rewritten", 1, rewrite_orders},
    {"seem_huge", 2, seem_huge},
};

}  // namespace customer_value::test
