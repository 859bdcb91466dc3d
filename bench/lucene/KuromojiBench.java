import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.ja.JapaneseAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.QueryBuilder;

/**
 * Lucene with its Kuromoji analyzer, as a worker of the benchmark.
 *
 * <p>{@code build LAYOUT WEIGHT CORPUS INDEX} answers one line of JSON and ends. {@code serve
 * LAYOUT WEIGHT INDEX QUERIES K1 B} answers each line of standard input with one of JSON: {@code
 * answer}, {@code time PATH NUMBER,…}, {@code memory}.
 *
 * <p>A layout is {@code combined}, title and text in one field, {@code weighted}, the same with the
 * title WEIGHT times, or {@code fields}, two fields with a boost of WEIGHT for the title.
 */
public final class KuromojiBench {
  private static final int FOUND_COUNT = 10;
  private static final Set<String> ID = Set.of("id");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final boolean fields;
  private final IndexSearcher searcher;
  private final StoredFields stored;
  private final QueryBuilder builder;
  private final float weight;

  private KuromojiBench(String layout, float weight, Path index, float k1, float b)
      throws IOException {
    this.fields = layout.equals("fields");
    this.searcher = new IndexSearcher(DirectoryReader.open(FSDirectory.open(index)));
    this.searcher.setSimilarity(new BM25Similarity(k1, b));
    this.stored = searcher.storedFields();
    this.builder = new QueryBuilder(new JapaneseAnalyzer());
    this.weight = weight;
  }

  public static void main(String[] arguments) throws IOException {
    PrintStream replies = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    float weight = Float.parseFloat(arguments[2]);
    if (arguments[0].equals("build")) {
      int repeated = arguments[1].equals("weighted") ? Math.round(weight) : 1;
      boolean fields = arguments[1].equals("fields");
      reply(replies, build(fields, repeated, Path.of(arguments[3]), Path.of(arguments[4])));
      return;
    }
    KuromojiBench bench =
        new KuromojiBench(
            arguments[1],
            weight,
            Path.of(arguments[3]),
            Float.parseFloat(arguments[5]),
            Float.parseFloat(arguments[6]));
    bench.serve(questions(Path.of(arguments[4])), replies);
  }

  /** Indexes by one thread in the order of the ids, which is then the tie-break, as one segment. */
  private static Map<String, Object> build(boolean fields, int repeated, Path corpus, Path index)
      throws IOException {
    List<JsonNode> passages = new ArrayList<>();
    try (BufferedReader lines = Files.newBufferedReader(corpus)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank()) {
          passages.add(JSON.readTree(line));
        }
      }
    }
    passages.sort(Comparator.comparing(KuromojiBench::codePoints));
    long start = System.nanoTime();
    Analyzer analyzer = new JapaneseAnalyzer();
    IndexWriterConfig config = new IndexWriterConfig(analyzer);
    config.setRAMBufferSizeMB(1000);
    config.setMergeScheduler(new SerialMergeScheduler());
    try (IndexWriter writer = new IndexWriter(FSDirectory.open(index), config)) {
      for (JsonNode passage : passages) {
        String title = passage.path("title").asText("");
        String text = passage.path("text").asText("");
        Document document = new Document();
        document.add(new StringField("id", passage.get("id").asText(), Field.Store.YES));
        if (fields) {
          document.add(new TextField("title", title, Field.Store.NO));
          document.add(new TextField("body", text, Field.Store.NO));
        } else {
          String all = (title + "\n").repeat(repeated) + text;
          document.add(new TextField("all", all, Field.Store.NO));
        }
        writer.addDocument(document);
      }
      writer.forceMerge(1);
      writer.commit();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    long bytes = 0;
    try (FSDirectory directory = FSDirectory.open(index)) {
      for (String name : directory.listAll()) {
        bytes += directory.fileLength(name);
      }
    }
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("build_s", Math.round(seconds * 1000) / 1000.0);
    figures.put("index_bytes", bytes);
    figures.put("build_peak_rss_mb", megabytes("VmHWM:"));
    return figures;
  }

  /** A key that sorts as Python sorts text: by code points, where Java would by UTF-16. */
  private static String codePoints(JsonNode passage) {
    StringBuilder key = new StringBuilder();
    passage.get("id").asText().codePoints().forEach(one -> key.append(String.format("%06x", one)));
    return key.toString();
  }

  private static List<String> questions(Path queries) throws IOException {
    List<String> found = new ArrayList<>();
    for (String line : Files.readString(queries).split("\n")) {
      int tab = line.indexOf('\t');
      if (tab >= 0 && !line.substring(tab + 1).isBlank()) {
        found.add(line.substring(tab + 1).strip());
      }
    }
    return found;
  }

  private void serve(List<String> questions, PrintStream replies) throws IOException {
    reply(replies, Map.of("paths", List.of("text")));
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      String[] words = line.split(" ");
      switch (words[0]) {
        case "answer" -> {
          List<List<String>> all = new ArrayList<>();
          for (String question : questions) {
            all.add(search(question).ids());
          }
          reply(replies, all);
        }
        case "time" -> {
          List<String> chosen = new ArrayList<>();
          for (String number : words[2].split(",")) {
            chosen.add(questions.get(Integer.parseInt(number)));
          }
          time(chosen);
          reply(replies, time(chosen));
        }
        case "memory" ->
            reply(
                replies,
                Map.of("peak_rss_mb", megabytes("VmHWM:"), "anonymous_mb", megabytes("RssAnon:")));
        default -> throw new IllegalArgumentException("an unknown command");
      }
    }
  }

  private List<Double> time(List<String> questions) throws IOException {
    List<Double> times = new ArrayList<>(questions.size());
    for (String question : questions) {
      long start = System.nanoTime();
      search(question);
      times.add((System.nanoTime() - start) / 1e6);
    }
    return times;
  }

  private record Found(List<String> ids, float[] scores) {}

  private Found search(String question) throws IOException {
    Query query = fields ? byField(question) : builder.createBooleanQuery("all", question);
    List<String> ids = new ArrayList<>(FOUND_COUNT);
    if (query == null) {
      return new Found(ids, new float[0]);
    }
    ScoreDoc[] hits = searcher.search(query, FOUND_COUNT).scoreDocs;
    float[] scores = new float[hits.length];
    for (ScoreDoc hit : hits) {
      scores[ids.size()] = hit.score;
      ids.add(stored.document(hit.doc, ID).get("id"));
    }
    return new Found(ids, scores);
  }

  private Query byField(String question) {
    Query title = builder.createBooleanQuery("title", question);
    Query body = builder.createBooleanQuery("body", question);
    if (title == null || body == null) {
      return null;
    }
    // All clauses in one query, so that those that can't matter are skipped together.
    BooleanQuery.Builder query = new BooleanQuery.Builder();
    for (Query clause : clauses(title)) {
      query.add(new BoostQuery(clause, weight), BooleanClause.Occur.SHOULD);
    }
    for (Query clause : clauses(body)) {
      query.add(clause, BooleanClause.Occur.SHOULD);
    }
    return query.build();
  }

  private static List<Query> clauses(Query query) {
    if (query instanceof BooleanQuery several) {
      return several.clauses().stream().map(BooleanClause::getQuery).toList();
    }
    return List.of(query);
  }

  private static void reply(PrintStream replies, Object value) throws IOException {
    replies.println(JSON.writeValueAsString(value));
  }

  private static double megabytes(String field) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith(field)) {
        return Math.round(Long.parseLong(line.split("\\s+")[1]) * 1024 / 1e5) / 10.0;
      }
    }
    throw new IllegalStateException("this system does not tell a process's memory");
  }
}
