import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * One topic → parse, check → drop ids seen → newest of each key, threshold crossed? → day counters → decisions out, exactly once.
 * Arguments: brokers, application id, input topic, output topic, folder for state, threads, narrow or bodies (kept in the state).
 */
public final class StreamsBench {
  public static void main(String[] args) throws InterruptedException {
    Properties config = new Properties();
    config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, args[1]);
    config.put(StreamsConfig.STATE_DIR_CONFIG, args[4]);
    config.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, args[5]);
    config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    config.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
    config.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
    config.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
    config.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
    var strings = Serdes.String();
    Topology topology = new Topology();
    topology.addSource("in", strings.deserializer(), Serdes.ByteArray().deserializer(), args[2]);
    boolean keepsBodies = args[6].equals("bodies");
    topology.addProcessor("work", () -> new Work(keepsBodies), "in");
    topology.addStateStore(Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore("seen"), strings, Serdes.Long()), "work");
    topology.addStateStore(Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore("newest"), strings, strings), "work");
    topology.addStateStore(Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore("days"), strings, Serdes.Long()), "work");
    topology.addSink("out", args[3], strings.serializer(), strings.serializer(), "work");
    KafkaStreams streams = new KafkaStreams(topology, config);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> streams.close(Duration.ofSeconds(5))));
    streams.start();
    Thread.currentThread().join();
  }

  private static final class Work implements Processor<String, byte[], String, String> {
    private final boolean keepsBodies;
    private final ObjectMapper json = new ObjectMapper();
    private ProcessorContext<String, String> context;
    private KeyValueStore<String, Long> seen;
    private KeyValueStore<String, String> newest;
    private KeyValueStore<String, Long> days;

    private Work(boolean keepsBodies) {
      this.keepsBodies = keepsBodies;
    }

    @Override
    public void init(ProcessorContext<String, String> context) {
      this.context = context;
      seen = context.getStateStore("seen");
      newest = context.getStateStore("newest");
      days = context.getStateStore("days");
    }

    @Override
    public void process(Record<String, byte[]> record) {
      JsonNode event;
      try {
        event = json.readTree(record.value());
      } catch (java.io.IOException unreadable) {
        return;
      }
      String id = event.path("id").asText(null);
      String at = event.path("occurredAt").asText(null);
      JsonNode data = event.path("data");
      if (id == null || at == null || !data.isObject()) return;
      if (seen.putIfAbsent(id, record.timestamp()) != null) return;
      boolean above = data.path("stageM").asDouble(0) >= 8.0;
      String held = newest.get(record.key());
      if (held == null || held.substring(0, 24).compareTo(at) < 0) {
        newest.put(record.key(), at + (above ? "1" : "0") + (keepsBodies ? new String(record.value(), StandardCharsets.UTF_8) : ""));
        if (held != null && (held.charAt(24) == '1') != above)
          context.forward(record.withValue("{\"key\":\"" + record.key() + "\",\"above\":" + above + ",\"cause\":\"" + id + "\"}"));
      }
      String day = data.path("county").asText(data.path("station").asText("")) + " " + at.substring(0, 10);
      Long count = days.get(day);
      days.put(day, count == null ? 1 : count + 1);
    }
  }
}
