package dev.berth.scheduler.store;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.berth.proto.stored.v1.StoredEvent;
import dev.berth.proto.stored.v1.StoredHistory;
import dev.berth.proto.stored.v1.StoredPlacement;
import dev.berth.proto.stored.v1.StoredPlacements;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps what a later version of Berth has stored and this one does not know, when this one writes
 * the same thing again.
 *
 * <p>A part of a list is the same one if its first field, which names it, is the same. Pure.
 */
final class UnknownFields {
  private UnknownFields() {}

  /** Whether there are any, at whatever depth. */
  static boolean any(Message message) {
    if (!message.getUnknownFields().asMap().isEmpty()) {
      return true;
    }
    if (message instanceof StoredPlacements placements) { // there are a million of these
      for (StoredPlacement placement : placements.getPlacementsList()) {
        if (!placement.getUnknownFields().asMap().isEmpty()) {
          return true;
        }
      }
      return false;
    }
    if (message instanceof StoredHistory history) { // and ten thousand of these
      for (StoredEvent event : history.getEventsList()) {
        if (!event.getUnknownFields().asMap().isEmpty()) {
          return true;
        }
      }
      return false;
    }
    for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      if (isMessage(field.getKey()) && parts(field.getValue()).stream().anyMatch(it -> any(it))) {
        return true;
      }
    }
    return false;
  }

  /** The fresh message with what the old one had that nobody here knows. */
  static Message kept(Message old, Message fresh) {
    Message.Builder built = fresh.toBuilder().setUnknownFields(old.getUnknownFields());
    for (Map.Entry<FieldDescriptor, Object> field : fresh.getAllFields().entrySet()) {
      FieldDescriptor descriptor = field.getKey();
      if (!isMessage(descriptor)) {
        continue;
      }
      if (descriptor.isRepeated()) {
        keep(descriptor, old, parts(field.getValue()), built);
      } else if (old.hasField(descriptor)) {
        built.setField(
            descriptor, kept((Message) old.getField(descriptor), (Message) field.getValue()));
      }
    }
    return built.build();
  }

  private static void keep(
      FieldDescriptor descriptor, Message old, List<Message> parts, Message.Builder built) {
    Map<Object, Message> known = new HashMap<>();
    parts(old.getField(descriptor)).forEach(part -> known.put(name(part), part));
    for (int at = 0; at < parts.size(); at++) {
      Message part = parts.get(at);
      Message before = known.get(name(part));
      if (before != null) {
        built.setRepeatedField(descriptor, at, kept(before, part));
      }
    }
  }

  private static Object name(Message part) {
    return part.getField(part.getDescriptorForType().findFieldByNumber(1));
  }

  private static boolean isMessage(FieldDescriptor field) {
    return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
  }

  private static List<Message> parts(Object value) {
    return value instanceof List<?> list
        ? list.stream().map(Message.class::cast).toList()
        : List.of((Message) value);
  }
}
