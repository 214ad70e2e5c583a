package dev.kvmdap.dap;

import dev.kvmdap.session.RequestFailure;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import org.eclipse.lsp4j.debug.Source;
import org.eclipse.lsp4j.jsonrpc.validation.NonNull;
import org.jspecify.annotations.Nullable;

/** Checks that a client has given what the protocol requires; LSP4J marks it in its types and leaves the check to others. */
final class RequiredArguments {

    private static final String PROTOCOL_TYPES = Source.class.getPackageName();

    private RequiredArguments() {}

    /**
     * Checks the arguments of a request, and what lies in them.
     *
     * @throws RequestFailure that names what is missing
     */
    static void check(String command, Object arguments) {
        check(command, "", arguments);
    }

    private static void check(String command, String where, Object object) {
        if (object instanceof Object[] elements) {
            for (int i = 0; i < elements.length; i++) {
                require(command, where + "[" + i + "]", elements[i]);
            }
        } else if (object.getClass().getPackageName().equals(PROTOCOL_TYPES) && !(object instanceof Enum)) {
            for (Field field : object.getClass().getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    check(command, where.isEmpty() ? field.getName() : where + "." + field.getName(), field, object);
                }
            }
        }
    }

    private static void check(String command, String where, Field field, Object object) {
        Object value = value(field, object);
        if (value != null || field.isAnnotationPresent(NonNull.class)) {
            require(command, where, value);
        }
    }

    private static void require(String command, String where, @Nullable Object value) {
        if (value == null) {
            throw RequestFailure.badArguments("'" + command + "' needs the argument '" + where + "'");
        }
        check(command, where, value);
    }

    private static @Nullable Object value(Field field, Object object) {
        try {
            field.setAccessible(true);
            return field.get(object);
        } catch (IllegalAccessException unreachable) {
            throw new IllegalStateException("a field of LSP4J that cannot be read", unreachable);
        }
    }
}
