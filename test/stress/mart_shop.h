// The tables under a mart: orders in one table, in partitions or in tables that inherit, with a random part of the
// columns mapped.
#pragma once

#include "mart_session.h"

namespace customer_value::test {

// A day as SQL writes it, in any DateStyle
inline std::string iso(std::chrono::sys_days day)
{
    const std::chrono::year_month_day date(day);
    char text[32];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    return text;
}

class Shop {
public:
    enum class Shape { partitioned, plain, inherited };

    Shop(Shape shape, Draw& draw)
        : shape(shape),
          has_others(shape == Shape::plain),
          at_type(shape == Shape::partitioned ? "date"
                  : shape == Shape::plain     ? "timestamptz"
                                              : "timestamp"),
          key(draw.one_of<std::string>({"bigint", "text", "uuid"})),
          tz_(draw.one_of<std::string>({"Europe/Berlin", "America/Havana", "Pacific/Apia"})),
          step_(draw.one_of<std::string>({"1 month", "1 month", "3 months"})),
          has_guests_(draw.chance(70)),
          has_lines_(draw.chance(60)),
          has_status_(draw.chance(60)),
          has_products_(draw.chance(60))
    {
        targets = {"shop.orders", "shop.orders", "shop.orders"};
        if (shape == Shape::partitioned)
            for (std::size_t i = 0; i <= partitions; ++i)
                targets.push_back("shop.orders_" + std::to_string(i));
        else if (shape == Shape::inherited)
            targets.insert(targets.end(), {"ONLY shop.orders", "shop.child"});
    }

    [[nodiscard]] std::string name() const
    {
        return std::string(shape == Shape::partitioned ? "partitions"
                           : shape == Shape::plain     ? "one table"
                                                       : "tables that inherit") +
               ", customers of type " + key + (has_guests_ ? " or NULL" : "") + ", step " + step_ +
               (has_lines_ ? ", order_id" : "") + (has_status_ ? ", status" : "") +
               (has_products_ ? ", products" : "") + (has_others ? ", subscriptions, survey, costs" : "");
    }

    // The call of create_mart. It asks for 3 decimals, as a disturbance gives the column of amounts that many.
    [[nodiscard]] std::string create_mart(const std::string& mart, bool triggers) const
    {
        return "SELECT public.create_mart('" + mart +
               "', 'shop.orders', 'customer', 'at', 'amount', category => 'category', decimals => 3, horizon => 2, step => "
               "'" +
               step_ + "', lapse => '60 days'" + (at_type == "timestamptz" ? ", tz => '" + tz_ + "'" : "") +
               (has_lines_ ? ", order_id => 'order_id'" : "") + (has_status_ ? ", status => 'status'" : "") +
               (has_products_
                    ? ", product => 'product', relation => 'relation', price => 'price', intended_price => 'intended'"
                    : "") +
               (has_others
                    ? R"(, subscriptions => '{"table": "shop.subscriptions", "customer": "customer", "starts_at": "starts", "ends_at": "ends", "amount": "fee", "every": "every"}',
                   survey => '{"table": "shop.survey", "answered_at": "day", "score": "score"}',
                   costs => '{"table": "shop.costs", "spent_at": "day", "amount": "cost", "kind": "kind", "method": "method", "gain": "gain"}')"
                    : "") +
               (triggers ? ")" : ", triggers => false)");
    }

    // Creates all tables, with some orders in them, and the mart "kept".
    void build(Connection& connection) const
    {
        connection.run(
            "CREATE SCHEMA shop; CREATE SEQUENCE shop.ids; CREATE TABLE shop.orders (id bigint, customer " + key +
            (has_guests_ ? "" : " NOT NULL") + ", at " + at_type +
            ", amount numeric(12,2), order_id bigint, status text, category text, product text, relation text, "
            "price numeric(12,2), "
            "intended numeric(12,2), note text, UNIQUE (id, at))" +
            (shape == Shape::partitioned ? " PARTITION BY RANGE (at)" : ""));
        if (shape == Shape::partitioned) {
            for (std::size_t i = 1; i <= partitions; ++i)
                connection.run("CREATE TABLE " + partition(i) + " PARTITION OF shop.orders FOR VALUES " + bounds(i));
            connection.run("CREATE TABLE shop.orders_0 PARTITION OF shop.orders DEFAULT");
        }
        if (shape == Shape::inherited)
            connection.run("CREATE TABLE shop.child () INHERITS (shop.orders)");
        connection.run(made());
        for (const auto& target : std::set<std::string>{"shop.orders", targets.back()})
            if (shape != Shape::partitioned || target == "shop.orders")
                connection.run("INSERT INTO " + target + " (" + columns +
                               ") SELECT nextval('shop.ids'), * FROM shop.made(1, 400, '" +
                               iso(today - std::chrono::days(500)) + "', 520)");
        if (has_others)
            connection.run(R"(
                CREATE TABLE shop.subscriptions AS SELECT customer, current_date - i * 5 AS starts,
                    CASE WHEN i % 3 = 0 THEN current_date - i * 3 END AS ends, i::numeric(12,2) AS fee, interval '1 month' AS every
                    FROM generate_series(1, 60) AS i, shop.made(i, 1, '2020-01-01', 1) WHERE customer IS NOT NULL;
                CREATE TABLE shop.survey AS SELECT current_date - i AS day, i % 11 AS score FROM generate_series(1, 200) AS i;
                CREATE TABLE shop.costs AS SELECT current_date - i AS day, i * 1.5 AS cost, (ARRAY['acquisition', 'retention', 'fixed'])[1 + i % 3] AS kind,
                    'm' || i % 2 AS method, i * 2.5 AS gain FROM generate_series(1, 200) AS i;)");
        connection.run(create_mart("kept", true));
    }

    // The orders, or a table below them
    [[nodiscard]] std::string random_table(Draw& draw) const
    {
        const auto& target = draw.one_of(targets);
        return target.starts_with("ONLY ") ? target.substr(5) : target;
    }
    // A call that returns random orders, without their ids.
    [[nodiscard]] std::string random_orders(Draw& draw, int rows) const
    {
        const auto days = std::to_string(draw.chance(70) ? draw.number(1, 20) : draw.number(1, 300));
        return "shop.made(" + std::to_string(draw.number(1, 1'000'000)) + ", " + std::to_string(rows) + ", '" +
               random_day(draw) + "', " + days + ")";
    }
    // A day, mostly of the last year and a half; some are older, some in the future.
    [[nodiscard]] std::string random_day(Draw& draw) const
    {
        const int which = draw.number(1, 100);
        const auto years = which <= 2 ? -draw.number(5, 12) : which <= 4 ? draw.number(1, 150) : 0;
        return iso(today + std::chrono::days(years * 365 + (which <= 10 ? draw.number(1, 40) : -draw.number(0, 500))));
    }
    // A later day or instant, as an expression over the table
    [[nodiscard]] std::string later(int days) const
    {
        return "at + " +
               (at_type == "date" ? "(" + std::to_string(days) + ")" : "interval '" + std::to_string(days) + " days'");
    }

    static std::string partition(std::size_t i) { return "shop.orders_" + std::to_string(i); }
    // The quarters before now, the running one and the next are partitions; all else is in the default one
    [[nodiscard]] std::string bounds(std::size_t i) const
    {
        return "FROM ('" + quarter(i) + "') TO ('" + quarter(i + 1) + "')";
    }
    [[nodiscard]] std::string in_bounds(std::size_t i) const
    {
        return "at >= '" + quarter(i) + "' AND at < '" + quarter(i + 1) + "'";
    }

    static constexpr std::size_t partitions = 6;
    static inline const std::string columns_after_id =
        "customer, at, amount, order_id, status, category, product, relation, price, intended";
    static inline const std::string columns = "id, " + columns_after_id;
    const Shape shape;
    const bool has_others;  // subscriptions, survey and costs
    const std::string at_type, key;
    const std::chrono::sys_days today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
    std::vector<std::string> targets;  // what statements change: the orders, or a table below them

private:
    [[nodiscard]] std::string quarter(std::size_t i) const
    {
        const std::chrono::year_month_day date(today);
        const auto first = date.year() / date.month() / 1 + std::chrono::months(3 * static_cast<int>(i) - 15);
        return iso(std::chrono::sys_days(first));
    }
    // shop.made(seed, n, first_day, days): n random orders, the same for the same seed
    [[nodiscard]] std::string made() const
    {
        const std::string whose = key == "bigint" ? "least(h[1] % 60, h[2] % 90)"
                                  : key == "text" ? "'c' || least(h[1] % 60, h[2] % 90)"
                                                  : "md5(least(h[1] % 60, h[2] % 90)::text)::uuid";
        return "CREATE FUNCTION shop.made(seed integer, n integer, first_day date, days integer) RETURNS TABLE (customer " +
               key + ", at " + at_type +
               R"(, amount numeric, order_id bigint, status text, category text, product text, relation text, price numeric, intended numeric) LANGUAGE sql AS $$
            SELECT )" +
               (has_guests_ ? "CASE WHEN h[3] % 9 > 0 THEN " + whose + " END" : whose) + ", " +
               (at_type == "date"
                    ? "first_day + (h[4] % days)::integer"
                    : "(first_day + (h[4] % days)::integer + h[5] % 1440 * interval '1 minute')::" + at_type) +
               R"(, CASE WHEN h[6] % 97 > 0 THEN (h[6] % 30000 - 3000) / 100.0 END, h[7] % 200, (ARRAY['paid', 'paid', 'refunded', 'completed', 'cancelled'])[1 + h[8] % 5],
                nullif('c' || h[9] % 4, 'c3'), 'p' || h[10] % 8, 'g' || h[10] % 3, (h[6] % 3000) / 100.0, (h[5] % 3000) / 100.0
            FROM generate_series(1, n) AS i,
                 LATERAL (SELECT array_agg(hashint8extended(seed * 100000::bigint + i, k) & 2147483647 ORDER BY k) FROM generate_series(1::bigint, 10) AS k) AS v (h) $$)";
    }

    std::string tz_, step_;
    bool has_guests_, has_lines_, has_status_, has_products_;
};

}  // namespace customer_value::test
