package dev.kvmdap.dap;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The protocol's rules that no schema states, held against every message of a session in the order of the wire. Clients
 * depend on them in ways that show late: a {@code stopped} event that overtakes a response, for instance, is lost by some.
 */
final class ProtocolRules {

    private static final Set<String> RESUMING = Set.of("continue", "next", "stepIn", "stepOut", "goto");
    private static final Map<String, String> ANSWERED_IN_SAME_NUMBER = Map.of(
            "setBreakpoints", "breakpoints",
            "setFunctionBreakpoints", "breakpoints",
            "setInstructionBreakpoints", "instructionBreakpoints");

    private final Map<Integer, JsonObject> pending = new HashMap<>();
    private final List<String> violations = new ArrayList<>();
    private final Set<String> seenOnce = new HashSet<>();
    private int lastSeq;
    private boolean initializeAnswered;
    private boolean launchSent;
    private boolean configurationDoneAnswered;
    private boolean stopped;

    /** What was broken so far. */
    synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    synchronized void fromClient(JsonObject request) {
        pending.put(request.get("seq").getAsInt(), request);
        launchSent |= request.get("command").getAsString().equals("launch");
    }

    synchronized void fromAdapter(JsonObject message) {
        int seq = message.get("seq").getAsInt();
        rule(seq > lastSeq, "seq " + seq + " after " + lastSeq);
        lastSeq = seq;
        switch (message.get("type").getAsString()) {
            case "response" -> response(message);
            case "event" -> event(message.get("event").getAsString(), body(message));
            default -> rule(false, "a message of type " + message.get("type"));
        }
    }

    private void response(JsonObject response) {
        String command = response.get("command").getAsString();
        JsonObject request = pending.remove(response.get("request_seq").getAsInt());
        if (request == null) {
            rule(false, "a response to nothing: " + response);
            return;
        }
        rule(request.get("command").getAsString().equals(command), "a response of another command: " + response);
        if (!response.get("success").getAsBoolean()) {
            rule(response.has("message"), "a failure without a message: " + response);
            rule(body(response).has("error"), "a failure without words for people: " + response);
            return;
        }
        switch (command) {
            case "initialize" -> initializeAnswered = true;
            case "configurationDone" -> configurationDoneAnswered = true;
            case "launch" -> rule(configurationDoneAnswered, "launch was answered before configurationDone");
            case "stackTrace" -> checkIds(body(response).getAsJsonArray("stackFrames"), "id", 1);
            case "scopes" -> checkIds(body(response).getAsJsonArray("scopes"), "variablesReference", 1);
            case "variables" -> checkIds(body(response).getAsJsonArray("variables"), "variablesReference", 0);
            default -> {}
        }
        stopped &= !RESUMING.contains(command);
        String list = ANSWERED_IN_SAME_NUMBER.get(command);
        if (list != null) {
            JsonArray asked = request.getAsJsonObject("arguments")
                    .getAsJsonArray(command.equals("setInstructionBreakpoints") ? "breakpoints" : list);
            JsonArray answered = body(response).getAsJsonArray("breakpoints");
            rule(
                    answered.size() == (asked == null ? 0 : asked.size()),
                    command + " was answered with another number of breakpoints: " + response);
        }
    }

    private void event(String name, JsonObject body) {
        rule(initializeAnswered, name + " before initialize was answered");
        rule(!seenOnce.contains("terminated"), name + " after terminated");
        switch (name) {
            case "initialized" -> {
                rule(launchSent, "initialized before launch was asked for");
                once(name);
            }
            case "stopped" -> {
                rule(!stopped, "stopped twice, or before the response of the request that resumed");
                rule(body.has("allThreadsStopped"), "stopped without allThreadsStopped");
                rule(body.has("threadId"), "stopped without threadId");
                stopped = true;
            }
            case "continued" -> {
                rule(
                        pending.values().stream()
                                .noneMatch(request ->
                                        RESUMING.contains(request.get("command").getAsString())),
                        "continued during a request that implies it");
                rule(body.has("allThreadsContinued"), "continued without allThreadsContinued");
                stopped = false;
            }
            case "exited" -> once(name);
            case "terminated" -> once(name);
            default -> {}
        }
    }

    private void once(String name) {
        rule(seenOnce.add(name), name + " twice");
    }

    private void checkIds(JsonArray list, String key, int smallest) {
        for (JsonElement element : list) {
            long id = element.getAsJsonObject().get(key).getAsLong();
            rule(id >= smallest && id <= Integer.MAX_VALUE, key + " " + id + " is out of range");
        }
    }

    private void rule(boolean kept, String otherwise) {
        if (!kept) {
            violations.add(otherwise);
        }
    }

    private static JsonObject body(JsonObject message) {
        return message.has("body") ? message.getAsJsonObject("body") : new JsonObject();
    }
}
