// SPDX-License-Identifier: Apache-2.0 OR MIT
//
// Pins as calls; what the device does is done in its place.
#include "emitter.h"

static void emit_pin(struct emitter *e, const struct step *step, const char *pin) {
  static const char *const directions[] = {"TO", "FROM"};
  const char *type = emit_buffer_type(e, step), *buffer = emit_step_buffer(e, step);
  if (e->readwrite[step->buffer])
    emit_status(e, "procbuf_%s_pin(&%s, PROCBUF_%s_DEVICE, &%s)", type, buffer, directions[step->direction],
                pin);
  else
    emit_status(e, "procbuf_%s_pin(&%s, &%s)", type, buffer, pin);
}

static void begin_maintenance(struct emitter *e) {
  emit_use(e, PART_CACHES);
  emit_line(e, "caches.pinned = caches.unpinned = 0;");
}

// The platform was asked for cache maintenance of this pin's range, unless that is empty.
static void end_maintenance(struct emitter *e, const char *which, const char *pin, bool from_device) {
  char *empty = emit_buffer();
  snprintf(empty, EMIT_BUFFER, "procbuf_pin_range(&%s).length", pin);
  emit_equal(e, "true", "caches.%s == (%s > 0)", which, empty);
  emit_equal(e, "true", "%s == 0 || caches.direction == PROCBUF_%s_DEVICE", empty,
             from_device ? "FROM" : "TO");
  emit_equal(e, "true", "%s == 0 || caches.range.address == procbuf_pin_range(&%s).address", empty, pin);
  emit_equal(e, "true", "%s == 0 || caches.range.length == %s", empty, empty);
}

void emit_PIN(struct emitter *e, const struct step *step) {
  char pin[16];
  emit_use(e, PART_PINS);
  snprintf(pin, sizeof pin, "pin[%u]", step->pin);
  if (e->expected.word != WORD_OK) {
    emit_use(e, PART_NO_PIN);
    emit_pin(e, step, "no_pin");
    emit_kept(e, "0", "procbuf_pin_range(&no_pin).address");
    return;
  }
  e->from_device[step->pin] = step->direction == STEP_FROM_DEVICE;
  emit_use(e, PART_PIN);
  begin_maintenance(e);
  emit_pin(e, step, pin);
  emit_equal(e, emit_value(e, 0), "procbuf_pin_range(&%s).address", pin);
  emit_equal(e, emit_value(e, 1), "procbuf_pin_range(&%s).length", pin);
  end_maintenance(e, "pinned", pin, e->from_device[step->pin]);
}

void emit_UNPIN(struct emitter *e, const struct step *step) {
  emit_use(e, PART_PINS);
  emit_use(e, PART_PIN);
  emit_use(e, PART_ENDED_PIN);
  emit_line(e, "ended_pin = pin[%u];", step->pin);
  if (e->expected.word == WORD_OK) begin_maintenance(e);
  emit_status(e, "procbuf_unpin(&pin[%u])", step->pin);
  if (e->expected.word != WORD_OK) return;
  end_maintenance(e, "unpinned", "ended_pin", e->from_device[step->pin]);
  emit_equal(e, "PROCBUF_INVAL", "procbuf_unpin(&ended_pin)");
}

void emit_DEVICE(struct emitter *e, const struct step *step) {
  emit_use(e, PART_PINS);
  emit_use(e, PART_PIN);
  char *range = emit_buffer();
  snprintf(range, EMIT_BUFFER, "procbuf_pin_range(&pin[%u])", step->pin);
  if (e->from_device[step->pin]) {
    emit_line(e, "pattern(%s.address, %s.length, 0x%02x, 1);", range, range, step->byte);
  } else if (e->expected.count > 0) {
    emit_use(e, PART_DIGEST);
    emit_use(e, PART_DIGEST_MEMORY);
    emit_equal(e, emit_value(e, 0), "digest(%s.address, %s.length)", range, range);
  }
}
