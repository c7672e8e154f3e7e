// What writers of orders do: the statements, and the ways in which applications run them.
#pragma once

#include "mart_shop.h"

namespace customer_value::test {

// A writer may fail because of another writer or a disturbance, never because of the mart.
inline const Role writer_role = {
    "writer",
    {"40001", "40P01",           // serialization failure, deadlock
     "55P03", "57014", "57P01",  // lock timeout, cancelled, terminated
     "23505", "21000",           // two rows of one id and instant; MERGE meets a row twice
     "23514",                    // the partition named, or none, takes the row
     "42P01", "42703", "42704",  // a table, column or prepared transaction that is gone for the moment
     "22003",                    // amounts that have been doubled too often
     "24000", "25P01",           // the cursor is behind the last row; the transaction went with the session
     "lost"}};

using Statement = std::string (*)(const Shop& shop, Draw& draw);

// A condition that holds for one in `every` orders
inline std::string some_orders(Draw& draw, int every)
{
    return "id % " + std::to_string(every) + " = " + std::to_string(draw.number(0, every - 1));
}

inline std::string insert_statement(const Shop& shop, Draw& draw, int rows)
{
    return "INSERT INTO " + shop.random_table(draw) + " (" + Shop::columns + ") SELECT nextval('shop.ids'), * FROM " +
           shop.random_orders(draw, rows);
}

inline std::string update_statement(const Shop& shop, Draw& draw, const std::string& change, int every)
{
    return "UPDATE " + draw.one_of(shop.targets) + " SET " + change + " WHERE " + some_orders(draw, every);
}

inline const std::vector<Kind<Statement>> statements = {
    {"insert", 20, [](const Shop& shop, Draw& draw) { return insert_statement(shop, draw, 1); }},
    {"insert_many", 15, [](const Shop& shop, Draw& draw) { return insert_statement(shop, draw, draw.number(2, 40)); }},
    {"update_amount", 15,
     [](const Shop& shop, Draw& draw) {
         return update_statement(shop, draw, "amount = " + std::string(draw.chance(50) ? "-amount" : "amount + 1.25"),
                                 draw.number(10, 200));
     }},
    {"update_customer", 5,
     [](const Shop& shop, Draw& draw) {
         return update_statement(
             shop, draw, "customer = coalesce((SELECT customer FROM " + shop.random_orders(draw, 1) + "), customer)",
             90);
     }},
    {"update_lines", 8,
     [](const Shop& shop, Draw& draw) {
         static const std::vector<std::string> changes = {
             "status = 'cancelled'", "status = 'paid'",         "category = 'c1'", "category = NULL", "product = 'p1'",
             "price = price + 1",    "order_id = order_id + 1", "intended = 5",    "amount = NULL",   "amount = 7.5"};
         return update_statement(shop, draw, draw.one_of(changes), 60);
     }},
    {"update_unmapped", 3,
     [](const Shop& shop, Draw& draw) { return update_statement(shop, draw, "note = 'seen'", 20); }},
    {"update_nothing", 2,
     [](const Shop& shop, Draw& draw) { return update_statement(shop, draw, "amount = 1", 1) + " AND false"; }},
    {"update_others", 3,
     [](const Shop& shop, Draw& draw) -> std::string {
         static const std::vector<std::string> others = {
             "UPDATE shop.subscriptions SET fee = fee + 1 WHERE starts > current_date - ",
             "DELETE FROM shop.survey WHERE day < current_date - ",
             "INSERT INTO shop.costs (kind, method, cost, gain, day) SELECT 'fixed', 'm1', 7.5, 2, current_date - "};
         return shop.has_others ? draw.one_of(others) + std::to_string(draw.number(1, 200))
                                : "UPDATE shop.orders SET note = NULL WHERE " + some_orders(draw, 50);
     }},
    {"move", 15,
     [](const Shop& shop, Draw& draw) {
         return update_statement(shop, draw, "at = " + shop.later(draw.number(-70, 70)), draw.number(20, 150));
     }},
    {"move_to", 5,
     [](const Shop& shop, Draw& draw) {
         static const std::vector<std::string> odd_days = {"NULL", "'infinity'", "'-infinity'"};
         return update_statement(
             shop, draw, "at = " + (draw.chance(20) ? draw.one_of(odd_days) : "'" + shop.random_day(draw) + "'"), 200);
     }},
    {"delete", 12,
     [](const Shop& shop, Draw& draw) {
         return "DELETE FROM " + draw.one_of(shop.targets) + " WHERE " + some_orders(draw, draw.number(8, 100));
     }},
    {"merge", 8,
     [](const Shop& shop, Draw& draw) {
         return std::string("MERGE INTO shop.orders AS o USING (SELECT row_number() OVER () * ") +
                std::to_string(draw.number(1, 90)) + " AS id, * FROM " + shop.random_orders(draw, 12) +
                ") AS n ON o.id = n.id WHEN MATCHED AND n.amount < 30 THEN DELETE WHEN MATCHED THEN UPDATE SET at = n.at, "
                "amount = n.amount "
                "WHEN NOT MATCHED THEN INSERT (" +
                Shop::columns +
                ") VALUES (nextval('shop.ids'), n.customer, n.at, n.amount, n.order_id, n.status, n.category, n.product, "
                "n.relation, n.price, n.intended)";
     }},
    {"on_conflict", 8,
     [](const Shop& shop, Draw& draw) {
         return "INSERT INTO shop.orders AS o (" + Shop::columns + ") SELECT " + Shop::columns +
                " FROM ONLY shop.orders" + (shop.shape == Shop::Shape::partitioned ? "_2" : "") + " WHERE " +
                some_orders(draw, 30) + " ON CONFLICT (id, at) DO " +
                (draw.chance(20)
                     ? "NOTHING"
                     : "UPDATE SET amount = excluded.amount + 1, customer = coalesce(excluded.customer, o.customer)");
     }},
    {"with", 5,
     [](const Shop& shop, Draw& draw) {
         return "WITH gone AS (DELETE FROM shop.orders WHERE " + some_orders(draw, 50) +
                " RETURNING *) INSERT INTO shop.orders (" + Shop::columns + ") SELECT id, customer, " +
                shop.later(draw.number(-40, 40)) +
                ", amount + 1, order_id, status, category, product, relation, price, intended FROM gone";
     }},
};

struct Writer {
    Session& session;
    const Shop& shop;
    Kinds& kinds;

    [[nodiscard]] std::string statement() const
    {
        return kinds.draw(session.draw, statements)->deed(shop, session.draw);
    }
    bool write() { return session.run(statement()); }
    void finish(bool is_well) { session.run(is_well && session.draw.chance(80) ? "COMMIT" : "ROLLBACK"); }
    bool begin()
    {
        static const std::vector<std::string> levels = {"", "", " ISOLATION LEVEL READ COMMITTED",
                                                        " ISOLATION LEVEL REPEATABLE READ",
                                                        " ISOLATION LEVEL SERIALIZABLE"};
        return session.run("BEGIN" + session.draw.one_of(levels));
    }
};

inline void write_in_transaction(Writer& writer)
{
    if (!writer.begin())
        return;
    bool is_well = true;
    for (int left = writer.session.draw.number(1, 5); is_well && left > 0; --left) {
        is_well = writer.write();
        pause(writer.session.draw.number(0, 20));
    }
    writer.finish(is_well);
}

inline void write_with_savepoints(Writer& writer)
{
    auto& session = writer.session;
    bool is_well = writer.begin() && writer.write();
    for (int left = session.draw.number(1, 4); is_well && left > 0; --left) {
        is_well = session.run("SAVEPOINT s");
        if (is_well && !writer.write())
            is_well = session.run("ROLLBACK TO s");
        else if (is_well)
            is_well = session.run(session.draw.chance(50) ? "ROLLBACK TO s" : "RELEASE s");
    }
    writer.finish(is_well);
}

inline void write_two_phases(Writer& writer)
{
    auto& session = writer.session;
    const auto transaction = "'" + session.new_identifier() + "'";
    if (!writer.begin())
        return;
    if (!writer.write() || !session.run("PREPARE TRANSACTION " + transaction))
        return session.give_up();
    pause(session.draw.number(0, 200));
    // one that is left over ends with the round
    for (int attempts = 0; attempts < 3; ++attempts)
        if (session.run((session.draw.chance(75) ? "COMMIT" : "ROLLBACK") + std::string(" PREPARED ") + transaction))
            return;
}

inline void write_in_plpgsql(Writer& writer)
{
    const auto end = writer.session.draw.chance(30) ? "; COMMIT; " : "; ";
    const auto first = writer.statement();
    const auto undone = writer.statement();
    writer.session.run("DO $do$ BEGIN " + first + end + "BEGIN " + undone +
                       "; RAISE no_data_found; EXCEPTION WHEN no_data_found OR unique_violation THEN NULL; END; " +
                       writer.statement() + "; END $do$");
}

inline void write_at_cursor(Writer& writer)
{
    auto& session = writer.session;
    const auto target = session.draw.one_of(writer.shop.targets);
    if (!session.run("BEGIN"))
        return;
    bool is_well = session.run("DECLARE c CURSOR FOR SELECT id FROM " + target + " WHERE " +
                               some_orders(session.draw, 7) + " FOR UPDATE");
    for (int left = session.draw.number(1, 5); is_well && left > 0; --left) {
        is_well = session.run("FETCH " + std::to_string(session.draw.number(1, 4)) + " FROM c") &&
                  session.run((session.draw.chance(30)
                                   ? "DELETE FROM " + target
                                   : "UPDATE " + target + " SET amount = amount + 0.5, at = " + writer.shop.later(5)) +
                              " WHERE CURRENT OF c");
    }
    writer.finish(is_well);
}

inline void write_by_copy(Writer& writer)
{
    auto& session = writer.session;
    const auto key = writer.shop.key;
    std::string lines;
    for (int left = session.draw.number(1, 30); left > 0; --left) {
        const auto customer = std::to_string(session.draw.number(0, 59));
        lines +=
            std::to_string(1'000'000 + session.draw.number(1, 1'000'000'000)) + "\t" +
            (key == "bigint" ? customer
             : key == "text" ? "c" + customer
                             : "00000000-0000-0000-0000-0000000000" + std::to_string(session.draw.number(10, 60))) +
            "\t" + writer.shop.random_day(session.draw) + "\t" + std::to_string(session.draw.number(-9, 90)) +
            ".25\tpaid\tp" + std::to_string(session.draw.number(0, 7)) + "\t9.50\n";
    }
    session.copy("COPY " + writer.shop.random_table(session.draw) +
                     " (id, customer, at, amount, status, product, price) FROM STDIN",
                 lines);
}

inline void empty_and_reload(Writer& writer)
{
    auto& session = writer.session;
    const bool at_once = session.draw.chance(50);
    const auto reload = "INSERT INTO shop.orders (" + Shop::columns +
                        ") SELECT nextval('shop.ids'), * FROM shop.made(" +
                        std::to_string(session.draw.number(1, 1000)) + ", 400, '" +
                        iso(writer.shop.today - std::chrono::days(400)) + "', 410)";
    if (!at_once && session.run("TRUNCATE " + session.draw.one_of(writer.shop.targets))) {
        pause(session.draw.number(0, 100));
        session.run(reload);
    } else if (at_once && !session.run_all({"BEGIN", "TRUNCATE shop.orders", reload,
                                            session.draw.chance(80) ? "COMMIT" : "ROLLBACK"}))
        session.give_up();
}

inline const std::vector<Kind<void (*)(Writer&)>> ways_to_write = {
    {"at_once", 200, [](Writer& writer) { writer.write(); }},
    {"transaction", 70, write_in_transaction},
    {"savepoints", 35, write_with_savepoints},
    {"two_phases", 20, write_two_phases},
    {"plpgsql", 25, write_in_plpgsql},
    {"cursor", 20, write_at_cursor},
    {"copy", 35, write_by_copy},
    {"truncate", 1, empty_and_reload},
};

}  // namespace customer_value::test
