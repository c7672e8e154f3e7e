// What pgjdbc shows of the views of a schema: a line for every view and a line for every column, as listing.sql prints them.
//
//   java -cp postgresql.jar:junixsocket-common.jar JdbcListing.java SCHEMA      PGHOST is the folder of the server's socket
import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;

public class JdbcListing {
    record View(String name, String comment) {}

    record Column(String name, String declared, String comment) {}

    static final Comparator<String> BY_BYTES = (a, b) ->
        Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

    static final PrintStream OUTPUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    // How a column's values add up
    static class Values {
        private final int type;
        private long filled = 0;
        private BigDecimal total = BigDecimal.ZERO;
        private String least = "", greatest = "";

        Values(int type) { this.type = type; }

        // The value at a place in the row, through the getter that a program would use for its type
        void read(ResultSet row, int place) throws SQLException {
            switch (type) {
                case Types.BIGINT -> add(row, BigDecimal.valueOf(row.getLong(place)));
                case Types.NUMERIC -> add(row, row.getBigDecimal(place));
                case Types.BIT -> add(row, row.getBoolean(place) ? BigDecimal.ONE : BigDecimal.ZERO);
                case Types.DOUBLE -> add(row, bits(row.getDouble(place)));
                case Types.DATE -> {
                    var date = row.getDate(place);
                    var day = date == null ? null : date.toLocalDate();
                    add(row, day == null ? null : BigDecimal.valueOf(day.toEpochDay()));
                    if (day != null) range(day.toString());
                }
                case Types.VARCHAR -> {
                    String text = row.getString(place);
                    add(row, text == null ? null : BigDecimal.valueOf(text.codePointCount(0, text.length())));
                    if (text != null) range(text);
                }
                default -> throw new SQLException("no plain type: " + row.getMetaData().getColumnTypeName(place));
            }
        }

        private void add(ResultSet row, BigDecimal number) throws SQLException {
            if (row.wasNull()) return;
            filled++;
            total = total.add(number);
        }

        private void range(String value) {
            if (filled == 1 || BY_BYTES.compare(value, least) < 0) least = value;
            if (filled == 1 || BY_BYTES.compare(value, greatest) > 0) greatest = value;
        }

        private static BigDecimal bits(double value) throws SQLException {
            if (!Double.isFinite(value)) throw new SQLException("no finite number: " + value);
            return new BigDecimal(BigInteger.valueOf(Double.doubleToRawLongBits(value)));
        }

        @Override public String toString() { return String.join("\t", "" + filled, total.toPlainString(), least, greatest); }
    }

    public static void main(String[] arguments) throws SQLException {
        String schema = arguments[0];
        try (Connection connection = connect()) {
            for (View view : views(connection, schema)) print(connection, schema, view);
        }
    }

    static Connection connect() throws SQLException {
        var options = new Properties();
        options.setProperty("user", System.getenv("PGUSER"));
        options.setProperty("socketFactory", "org.newsclub.net.unix.AFUNIXSocketFactory$FactoryArg");
        options.setProperty("socketFactoryArg", System.getenv("PGHOST") + "/.s.PGSQL." + System.getenv("PGPORT"));
        return DriverManager.getConnection("jdbc:postgresql://localhost/" + System.getenv("PGDATABASE"), options);
    }

    static List<View> views(Connection connection, String schema) throws SQLException {
        var views = new ArrayList<View>();
        try (ResultSet found = connection.getMetaData().getTables(null, schema, "%", new String[] {"VIEW"})) {
            while (found.next()) views.add(new View(found.getString("TABLE_NAME"), found.getString("REMARKS")));
        }
        views.removeIf(view -> view.name().startsWith("source_"));  // the mart's own, which an analyst need not read
        views.sort(Comparator.comparing(View::name, BY_BYTES));
        return views;
    }

    static List<Column> columns(Connection connection, String schema, String view) throws SQLException {
        var columns = new ArrayList<Column>();
        DatabaseMetaData catalogue = connection.getMetaData();
        String pattern = view.replace("_", catalogue.getSearchStringEscape() + "_");
        try (ResultSet found = catalogue.getColumns(null, schema, pattern, "%")) {
            while (found.next()) {
                String type = typeName(found.getInt("DATA_TYPE"), found.getInt("COLUMN_SIZE"), found.getInt("DECIMAL_DIGITS"));
                columns.add(new Column(found.getString("COLUMN_NAME"), type, found.getString("REMARKS")));
            }
        }
        return columns;
    }

    static void print(Connection connection, String schema, View view) throws SQLException {
        List<Column> columns = columns(connection, schema, view.name);
        try (Statement statement = connection.createStatement();
             ResultSet row = statement.executeQuery("SELECT * FROM \"" + schema + "\".\"" + view.name + "\"")) {
            ResultSetMetaData result = row.getMetaData();
            var values = new ArrayList<Values>();
            for (int place = 1; place <= columns.size(); place++) values.add(new Values(result.getColumnType(place)));
            long rows = 0;
            for (; row.next(); rows++) {
                for (int place = 1; place <= columns.size(); place++) values.get(place - 1).read(row, place);
            }
            print(view.name, "" + rows, view.comment);
            for (int place = 1; place <= columns.size(); place++) {
                Column column = columns.get(place - 1);
                String read = typeName(result.getColumnType(place), result.getPrecision(place), result.getScale(place));
                print(view.name, column.name, column.declared, read, values.get(place - 1).toString(), column.comment);
            }
        }
    }

    static void print(String... fields) {
        for (int i = 0; i < fields.length; i++) if (fields[i] == null) fields[i] = "";
        OUTPUT.println(String.join("\t", fields));
    }

    // PostgreSQL's name of a JDBC type
    static String typeName(int type, int precision, int scale) {
        return switch (type) {
            case Types.BIGINT -> "bigint";
            case Types.BIT -> "boolean";
            case Types.DATE -> "date";
            case Types.DOUBLE -> "double precision";
            case Types.NUMERIC -> "numeric(" + precision + "," + scale + ")";
            case Types.VARCHAR -> "text";
            default -> "JDBC type " + type;
        };
    }
}
