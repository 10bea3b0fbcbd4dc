package dev.berth.cli.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * The API's messages as JSON for scripts.
 *
 * <p>Every field of the message is there under its lower-camel-case name, whether it is set or not,
 * except messages that are absent. Numbers stay numbers, enumerations are their names, times are
 * milliseconds, bytes are text.
 */
public final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private Json() {}

  public static String line(JsonNode node) {
    try {
      return MAPPER.writeValueAsString(node);
    } catch (JsonProcessingException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  public static String line(Message message) {
    return line(of(message));
  }

  public static ObjectNode object() {
    return NODES.objectNode();
  }

  public static ObjectNode of(Message message) {
    ObjectNode object = NODES.objectNode();
    for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
      if (field.isMapField()) {
        object.set(field.getJsonName(), map(field, (List<?>) message.getField(field)));
      } else if (field.isRepeated()) {
        ArrayNode array = object.putArray(field.getJsonName());
        ((List<?>) message.getField(field)).forEach(item -> array.add(value(item)));
      } else if (!field.hasPresence() || message.hasField(field)) {
        object.set(field.getJsonName(), value(message.getField(field)));
      }
    }
    return object;
  }

  private static ObjectNode map(FieldDescriptor field, List<?> entries) {
    ObjectNode object = NODES.objectNode();
    FieldDescriptor key = field.getMessageType().findFieldByNumber(1);
    FieldDescriptor value = field.getMessageType().findFieldByNumber(2);
    entries.stream()
        .map(Message.class::cast)
        .sorted((a, b) -> a.getField(key).toString().compareTo(b.getField(key).toString()))
        .forEach(it -> object.set(it.getField(key).toString(), value(it.getField(value))));
    return object;
  }

  private static JsonNode value(Object value) {
    return switch (value) {
      case Message message -> of(message);
      case EnumValueDescriptor constant -> NODES.textNode(constant.getName());
      case ByteString bytes -> NODES.textNode(bytes.toStringUtf8());
      case Integer number -> NODES.numberNode(Integer.toUnsignedLong(number));
      case Long number -> NODES.numberNode(number);
      case Double number -> NODES.numberNode(number);
      case Boolean flag -> NODES.booleanNode(flag);
      default -> NODES.textNode(value.toString());
    };
  }
}
