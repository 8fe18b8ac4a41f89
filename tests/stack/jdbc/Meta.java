import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.Statement;
import java.util.Properties;

/**
 * What DBeaver and Tableau ask a server when a person opens it, through the driver they use; one tab-separated line an
 * answer: the call, then its columns. Arguments: JDBC address, certificate; the password is in PASSWORD.
 */
public class Meta {
  public static void main(String[] arguments) throws Exception {
    Properties properties = new Properties();
    properties.setProperty("user", "analyst");
    properties.setProperty("password", System.getenv("PASSWORD"));
    properties.setProperty("SSL", "true");
    properties.setProperty("SSLTrustStorePath", arguments[1]);
    try (Connection connection = DriverManager.getConnection(arguments[0], properties)) {
      DatabaseMetaData meta = connection.getMetaData();
      System.out.println("product\t" + meta.getDatabaseProductName() + "\t" + meta.getDatabaseProductVersion());
      print("catalogs", meta.getCatalogs(), "TABLE_CAT");
      print("schemas", meta.getSchemas(), "TABLE_CATALOG", "TABLE_SCHEM");
      print("schemas of lake", meta.getSchemas("lake", "%"), "TABLE_SCHEM");
      print("table types", meta.getTableTypes(), "TABLE_TYPE");
      print("types", meta.getTypeInfo(), "TYPE_NAME");
      print("tables", meta.getTables("lake", null, "%", null), "TABLE_SCHEM", "TABLE_NAME", "TABLE_TYPE", "REMARKS");
      print("tables of bronze", meta.getTables("lake", "bronze", "%", null), "TABLE_NAME");
      print("columns", meta.getColumns("lake", "marts", "%", "%"), "TABLE_NAME", "COLUMN_NAME", "TYPE_NAME", "REMARKS");
      print("columns of bronze", meta.getColumns("lake", "bronze", "%", "%"), "TABLE_NAME", "COLUMN_NAME");
      print("keys", meta.getPrimaryKeys("lake", "marts", "dim_cell"), "COLUMN_NAME");
      print("imported keys", meta.getImportedKeys("lake", "marts", "fct_incidents"), "PKCOLUMN_NAME");
      print("procedures", meta.getProcedures("lake", "marts", "%"), "PROCEDURE_NAME");
      query(connection, "comments", "select table_name, comment from system.metadata.table_comments "
          + "where catalog_name = 'lake'");
      query(connection, "show create", "show create table marts.dim_area");
      query(connection, "rows", "select count(*) from marts.dim_area");
    }
  }

  private static void query(Connection connection, String call, String sql) throws Exception {
    try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(sql)) {
      ResultSetMetaData columns = rows.getMetaData();
      String[] names = new String[columns.getColumnCount()];
      for (int i = 0; i < names.length; i++) {
        names[i] = columns.getColumnLabel(i + 1);
      }
      print(call, rows, names);
    }
  }

  private static void print(String call, ResultSet rows, String... columns) throws Exception {
    while (rows.next()) {
      StringBuilder line = new StringBuilder(call);
      for (String column : columns) {
        String value = rows.getString(column);
        line.append('\t').append(value == null ? "" : value.replaceAll("\\s+", " "));
      }
      System.out.println(line);
    }
  }
}
