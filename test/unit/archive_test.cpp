#include "core/common/archive.h"

#include "unit/laws.h"

#include <gtest/gtest.h>

#include <limits>

namespace customer_value::test {
namespace {

constexpr auto most = customer_value::max_count;

// One field of each form.
template <class Writer> std::string written(std::int64_t count, std::string_view number, std::string_view text)
{
    const auto write = [&](Sink& sink) {
        Writer writer(sink);
        writer.begin(1);
        writer.count("rows", count);
        writer.number("net", number);
        writer.text("currency", text);
        writer.end();
    };
    Sink counter;
    write(counter);
    std::vector<char> bytes(counter.size());
    Sink sink(bytes.data(), bytes.size());
    write(sink);
    return {bytes.begin(), bytes.end()};
}

struct Fields {
    std::int64_t count;
    std::string number, text;
};

template <class Reader> Fields read(std::string_view form, std::size_t capacity = 8, int newest = 1)
{
    const std::vector<char> exact(form.begin(), form.end());
    std::vector<char> buffer(capacity);
    Reader reader("example", {exact.data(), exact.size()});
    Fields fields;
    reader.begin(newest);
    reader.count("rows", fields.count);
    const auto net = reader.number("net");
    fields.number = (net.negative ? "-" : "") + std::string(net.whole) + (net.fraction.empty() ? "" : ".") +
                    std::string(net.fraction);
    fields.text.assign(buffer.data(), reader.text("currency", buffer.data(), buffer.size()));
    reader.end();
    return fields;
}

TEST(Sink, counts_without_a_buffer_and_never_writes_past_one)
{
    Sink counter;
    counter.put("four");
    counter.put('5');
    EXPECT_EQ(counter.size(), 5u);
    std::vector<char> bytes(4, '.');
    Sink sink(bytes.data(), bytes.size());
    sink.put("abc");
    sink.put("defg");
    EXPECT_EQ(sink.size(), 7u);
    EXPECT_EQ(std::string(bytes.begin(), bytes.end()), "abc.");
}

TEST(TextForm, is_readable)
{
    EXPECT_EQ(written<TextWriter>(50, "-12.30", "EUR"), "(version:1,rows:50,net:-12.30,currency:\"EUR\")");
    EXPECT_EQ(written<TextWriter>(most, "0", ""), "(version:1,rows:2305843009213693952,net:0,currency:\"\")");
}

TEST(TextForm, escapes_quotes_and_backslashes_only)
{
    const std::string text = "a\"b\\,) ";
    const auto form = written<TextWriter>(0, "1", text);
    EXPECT_NE(form.find(R"("a\"b\\,) ")"), std::string::npos);
    EXPECT_EQ(read<TextReader>(form).text, text);
}

TEST(BinaryForm, is_in_network_byte_order)
{
    using namespace std::string_literals;
    EXPECT_EQ(written<BinaryWriter>(258, "1.5", "EUR"), "\1\0\0\0\0\0\0\1\2\0\0\0\0\0\0\0\0031.5\0\0\0\0\0\0\0\3EUR"s);
}

TEST(Forms, read_back_as_they_were_written)
{
    for (const auto& [count, number, text] :
         {Fields{0, "0", ""}, Fields{most, "-1.25", "EUR"}, Fields{1, std::string(5000, '7'), "\"\\\"\\ ()"}}) {
        for (const auto& fields : {read<TextReader>(written<TextWriter>(count, number, text)),
                                   read<BinaryReader>(written<BinaryWriter>(count, number, text))}) {
            EXPECT_EQ(fields.count, count);
            EXPECT_EQ(fields.number, number);
            EXPECT_EQ(fields.text, text);
        }
    }
}

TEST(TextReader, allows_blanks_around_the_form_and_nowhere_else)
{
    EXPECT_EQ(read<TextReader>(" \t\r\n(version:1,rows:1,net:2,currency:\"\") \n").count, 1);
    for (const char* form : {"( version:1,rows:1,net:2,currency:\"\")", "(version: 1,rows:1,net:2,currency:\"\")",
                             "(version:1, rows:1,net:2,currency:\"\")", "(version:1,rows:1 ,net:2,currency:\"\")"})
        EXPECT_ERROR(malformed_text, read<TextReader>(form)) << form;
}

TEST(TextReader, refuses_counts_outside_the_range_of_counts)
{
    for (const char* count :
         {"-1", "9223372036854775808", "99999999999999999999999", "", "x", "1.5", "+1", "0x1", "1e2"})
        EXPECT_ERROR(malformed_text,
                     read<TextReader>("(version:1,rows:" + std::string(count) + ",net:2,currency:\"\")"))
            << count;
    EXPECT_EQ(read<TextReader>("(version:1,rows:2305843009213693952,net:2,currency:\"\")").count, most);
}

TEST(TextReader, refuses_texts_that_are_too_long_or_not_closed)
{
    EXPECT_EQ(read<TextReader>("(version:1,rows:1,net:2,currency:\"12345678\")").text, "12345678");
    for (const char* text : {"\"123456789\")", "\"1234", "\"1234\\", "\"1234\\\")", "EUR)", "\"EUR\"\")", "\"", ""})
        EXPECT_ERROR(malformed_text, read<TextReader>("(version:1,rows:1,net:2,currency:" + std::string(text))) << text;
}

TEST(TextReader, says_where_and_what_is_wrong)
{
    try {
        (void)read<TextReader>("(version:1,rows:1,nett:2)");
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.message(), "invalid input syntax for type example: \"(version:1,rows:1,nett:2)\"");
        EXPECT_EQ(error.detail(), "At byte 21: expected \":\".");
    }
    try {
        (void)read<TextReader>(std::string(100, 'x'));
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.message(), "invalid input syntax for type example: \"" + std::string(60, 'x') + "...\"");
    }
}

TEST(BinaryReader, refuses_counts_and_lengths_that_cannot_be)
{
    using namespace std::string_literals;
    EXPECT_ERROR(malformed_binary, read<BinaryReader>("\1\x80\0\0\0\0\0\0\0"s + std::string(16, '\0')));
    EXPECT_ERROR(malformed_binary, read<BinaryReader>("\1"s + std::string(8, '\0') + std::string(8, '\xFF') + "1"));
    EXPECT_ERROR(malformed_binary, read<BinaryReader>("\1"s + std::string(15, '\0') + "\x09" + "12345678"));
    EXPECT_ERROR(malformed_binary, read<BinaryReader>("\1"s + std::string(8, '\0') + "\0\0\0\0\0\0\0\1"s + "1" +
                                                      "\0\0\0\0\0\0\0\x09"s + "123456789"));
    EXPECT_ERROR(malformed_binary, read<BinaryReader>(""));
}

TEST(Readers, know_the_versions_up_to_their_own)
{
    EXPECT_EQ(read<TextReader>("(version:2,rows:1,net:2,currency:\"\")", 8, 3).count, 1);
    EXPECT_ERROR(malformed_text, read<TextReader>("(version:4,rows:1,net:2,currency:\"\")", 8, 3));
    EXPECT_ERROR(malformed_text, read<TextReader>("(version:0,rows:1,net:2,currency:\"\")", 8, 3));
    auto form = written<BinaryWriter>(1, "2", "");
    for (const int version : {0, 2, 127, 128, 255}) {
        form.front() = static_cast<char>(version);
        EXPECT_ERROR(malformed_binary, read<BinaryReader>(form)) << version;
    }
}

}  // namespace
}  // namespace customer_value::test
