// libpq as C++ sees it, for the programs that test a server from outside: a connection made from the PG* variables of
// the environment, and results that free themselves.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace customer_value::test {

// What a statement gave: rows, or an error.
class Result {
public:
    explicit Result(PGresult* result) : result_(result) {}

    [[nodiscard]] ExecStatusType status() const { return PQresultStatus(result_.get()); }
    [[nodiscard]] bool succeeded() const { return status() == PGRES_TUPLES_OK || status() == PGRES_COMMAND_OK; }
    // Empty where there is none: success, or a connection lost.
    [[nodiscard]] std::string sqlstate() const { return known(PQresultErrorField(result_.get(), PG_DIAG_SQLSTATE)); }
    [[nodiscard]] std::string message() const { return PQresultErrorMessage(result_.get()); }

    [[nodiscard]] int rows() const { return PQntuples(result_.get()); }
    [[nodiscard]] int columns() const { return PQnfields(result_.get()); }
    [[nodiscard]] bool is_null(int row, int column) const { return PQgetisnull(result_.get(), row, column) != 0; }
    // The bytes as they came: text, or the binary form that was asked for.
    [[nodiscard]] std::string value(int row = 0, int column = 0) const
    {
        return {PQgetvalue(result_.get(), row, column),
                static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
    }

private:
    struct Clear {
        void operator()(PGresult* result) const { PQclear(result); }
    };
    static std::string known(const char* text) { return text == nullptr ? "" : text; }

    std::unique_ptr<PGresult, Clear> result_;
};

enum class Format { text = 0, binary = 1 };

// A parameter of a statement, with the type that the server is to read it as.
struct Parameter {
    std::string bytes;
    Oid type = 0;
    Format format = Format::text;
};

class Connection {
public:
    // Throws where the server cannot be reached.
    Connection() : connection_(PQconnectdb(""))
    {
        if (PQstatus(connection_.get()) != CONNECTION_OK)
            throw std::runtime_error(PQerrorMessage(connection_.get()));
        PQsetNoticeProcessor(
            connection_.get(), [](void*, const char*) {}, nullptr);
    }

    // Statements in one string; the result of the last. Throws where one fails.
    Result run(const std::string& sql) { return succeeded(attempt(sql), sql); }
    Result run(const std::string& sql, const std::vector<Parameter>& parameters)
    {
        return succeeded(attempt(sql, parameters), sql);
    }
    // The first value of a query.
    std::string value(const std::string& sql) { return run(sql).value(); }

    // The same, whatever comes of it.
    Result attempt(const std::string& sql) { return Result(PQexec(connection_.get(), sql.c_str())); }
    Result attempt(const std::string& sql, const std::vector<Parameter>& parameters, Format answer = Format::text)
    {
        std::vector<Oid> types;
        std::vector<const char*> values;
        std::vector<int> lengths, formats;
        for (const auto& parameter : parameters) {
            types.push_back(parameter.type);
            values.push_back(parameter.bytes.c_str());
            lengths.push_back(static_cast<int>(parameter.bytes.size()));
            formats.push_back(static_cast<int>(parameter.format));
        }
        return Result(PQexecParams(connection_.get(), sql.c_str(), static_cast<int>(parameters.size()), types.data(),
                                   values.data(), lengths.data(), formats.data(), static_cast<int>(answer)));
    }

    [[nodiscard]] bool is_alive() const { return PQstatus(connection_.get()) == CONNECTION_OK; }
    [[nodiscard]] int backend_pid() const { return PQbackendPID(connection_.get()); }
    [[nodiscard]] PGconn* get() const { return connection_.get(); }

private:
    struct Finish {
        void operator()(PGconn* connection) const { PQfinish(connection); }
    };
    static Result succeeded(Result result, const std::string& sql)
    {
        if (!result.succeeded())
            throw std::runtime_error(result.message() + "in: " + sql.substr(0, 500));
        return result;
    }

    std::unique_ptr<PGconn, Finish> connection_;
};

}  // namespace customer_value::test
