package dev.kvmdap.dap;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

/**
 * One request as it came from the client.
 *
 * @param seq the client's number of the message, which the response repeats
 * @param command the request's name
 * @param arguments the arguments as they came; an empty object where there were none
 */
record Request(int seq, String command, JsonElement arguments) {

    /**
     * The request in a message.
     *
     * @throws MalformedMessageException where the message is no request
     */
    static Request of(JsonObject message) throws MalformedMessageException {
        try {
            JsonElement type = message.get("type");
            if (type == null || !type.getAsString().equals("request")) {
                throw new MalformedMessageException("a message of type " + type + "; a client sends requests");
            }
            JsonElement arguments = message.get("arguments");
            return new Request(
                    message.get("seq").getAsInt(),
                    message.get("command").getAsString(),
                    arguments == null || arguments.isJsonNull() ? new JsonObject() : arguments);
        } catch (NullPointerException
                | IllegalStateException
                | UnsupportedOperationException
                | NumberFormatException e) {
            throw new MalformedMessageException("a request without a number 'seq' or a string 'command'");
        }
    }
}
