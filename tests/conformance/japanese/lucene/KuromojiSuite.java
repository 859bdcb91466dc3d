import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.ja.JapaneseAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.queryparser.classic.MultiFieldQueryParser;
import org.apache.lucene.queryparser.classic.ParseException;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.util.QueryBuilder;

/**
 * Lucene with its Kuromoji analyzer under the conformance suite.
 *
 * <p>{@code KuromojiSuite CASES} reads a JSON list of cases, each with {@code query}, {@code
 * documents} (id to title and body) and {@code syntax}, and writes a line of JSON for each: {@code
 * found}, a list of ids, and {@code refusal} or {@code failure} where there was one. With syntax the
 * query goes through the classic query parser, without it through the analyzer as it stands; either
 * asks title and body, any of its words.
 */
public final class KuromojiSuite {
  private static final String[] FIELDS = {"title", "body"};
  private static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] arguments) throws IOException {
    PrintStream replies = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    Analyzer analyzer = new JapaneseAnalyzer();
    for (JsonNode one : JSON.readTree(new File(arguments[0]))) {
      replies.println(JSON.writeValueAsString(answer(one, analyzer)));
    }
  }

  private static Map<String, Object> answer(JsonNode one, Analyzer analyzer) throws IOException {
    try (Directory directory = new ByteBuffersDirectory()) {
      index(one.get("documents"), directory, analyzer);
      Query query = query(one.get("query").asText(), one.get("syntax").asBoolean(), analyzer);
      return Map.of("found", query == null ? List.of() : search(query, directory));
    } catch (ParseException error) {
      return Map.of("found", List.of(), "refusal", "the query parser refuses it");
    } catch (RuntimeException error) {
      return Map.of("found", List.of(), "failure", error.getClass().getSimpleName());
    }
  }

  private static void index(JsonNode documents, Directory directory, Analyzer analyzer)
      throws IOException {
    try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig(analyzer))) {
      for (Iterator<Map.Entry<String, JsonNode>> all = documents.fields(); all.hasNext(); ) {
        Map.Entry<String, JsonNode> each = all.next();
        Document document = new Document();
        document.add(new StringField("id", each.getKey(), Field.Store.YES));
        for (String name : FIELDS) {
          String text = each.getValue().get(name).asText();
          document.add(new TextField(name, text, Field.Store.NO));
        }
        writer.addDocument(document);
      }
    }
  }

  private static Query query(String text, boolean syntax, Analyzer analyzer) throws ParseException {
    if (syntax) {
      return new MultiFieldQueryParser(FIELDS, analyzer).parse(text);
    }
    BooleanQuery.Builder both = new BooleanQuery.Builder();
    for (String name : FIELDS) {
      Query own = new QueryBuilder(analyzer).createBooleanQuery(name, text);
      if (own == null) {
        return null;
      }
      both.add(own, BooleanClause.Occur.SHOULD);
    }
    return both.build();
  }

  private static List<String> search(Query query, Directory directory) throws IOException {
    List<String> ids = new ArrayList<>();
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      IndexSearcher searcher = new IndexSearcher(reader);
      for (ScoreDoc hit : searcher.search(query, 100).scoreDocs) {
        ids.add(searcher.storedFields().document(hit.doc).get("id"));
      }
    }
    return ids;
  }
}
