package dev.kvmdap.expression;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartialExpressionTest {

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = ';',
            value = {
                "``; NAME; ``; ``",
                "cou; NAME; ``; cou",
                "1 + cou; NAME; ``; cou",
                "1 + ; NAME; ``; ``",
                "(; NAME; ``; ``",
                "table[; NAME; ``; ``",
                "p/x task; NAME; ``; task",
                "12; NOTHING; ``; ``",
                "(1); NOTHING; ``; ``",
                "table[1]; NOTHING; ``; ``",
                "'a; NOTHING; ``; ``",
                "$; REGISTER; ``; $",
                "1 + $ra; REGISTER; ``; $ra",
                "task.; MEMBER; task; ``",
                "task.sta; MEMBER; task; sta",
                "print task->sta; MEMBER; task; sta",
                "1 + a.b->c[d.e].f; MEMBER; a.b->c[d.e]; f",
                "sum(x); NOTHING; ``; ``",
                "*(p + 1)->x; MEMBER; (p + 1); x",
                "((struct node *)p)->ne; MEMBER; ((struct node *)p); ne",
                "(struct node *)p->ne; MEMBER; p; ne",
                "phys(0x1000)->; MEMBER; phys(0x1000); ``",
                "$cs.ba; MEMBER; $cs; ba",
                "x[1][2].y; MEMBER; x[1][2]; y",
                "`a == b ? c. `; MEMBER; c; ``",
                ".; NOTHING; ``; ``",
                "1 + ->; NOTHING; ``; ``",
                "].; NOTHING; ``; ``",
                "(struct no; TAG; struct; no",
                "`sizeof(union `; TAG; union; ``",
                "`enum `; TAG; enum; ``",
                "main.c::ti; SCOPED; main.c; ti",
                "1 + 'a b.c'::; SCOPED; a b.c; ``",
                "run::count; SCOPED; run; count",
                "::count; SCOPED; ``; count"
            })
    void theEndOfATextSaysWhatGoesOnThere(String text, PartialExpression.Kind kind, String before, String begun) {
        assertThat(PartialExpression.of(text)).isEqualTo(new PartialExpression(kind, before, begun));
    }
}
