package dev.kvmdap.symbols;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceMapTest {

    @TempDir
    Path root = Path.of("");

    private Path image = Path.of("");

    @BeforeEach
    void makeFolders() throws IOException {
        image = root.resolve("project/build/out");
        Files.createDirectories(image);
        Files.createDirectories(root.resolve("project/kernel/mm"));
    }

    private Path file(String path) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, "");
    }

    @Test
    void longestRuleThatFitsWinsFolderByFolder() throws IOException {
        Map<String, String> rules = new LinkedHashMap<>();
        rules.put("/ci", "/wrong");
        rules.put("/ci/work/", root.resolve("project").toString());
        rules.put("/ci/wor", "/wrong");
        Path source = file("project/kernel/main.c");

        assertThat(SourceMap.of(rules).locate("/ci/work/kernel/./main.c", image))
                .isEqualTo(source);
        assertThat(SourceMap.of(rules).locate("/ci/other.c", image)).isEqualTo(Path.of("/wrong/other.c"));
        assertThat(SourceMap.of(rules).locate("/cicada/other.c", image)).isEqualTo(Path.of("/cicada/other.c"));
    }

    @Test
    void recordedPathIsTakenAsItIsWhereItExists() throws IOException {
        Path source = file("project/kernel/main.c");

        assertThat(SourceMap.none().locate(source.getParent() + "/../kernel/main.c", image))
                .isEqualTo(source);
    }

    @Test
    void endOfTheRecordedPathIsLookedForAboveTheImage() throws IOException {
        Path source = file("project/kernel/mm/page.c");
        file("project/mm/page.c");

        assertThat(SourceMap.none().locate("/ci/checkout/kernel/mm/page.c", image))
                .isEqualTo(source);
        assertThat(SourceMap.none().locate("kernel/mm/page.c", image)).isEqualTo(source);
    }

    @Test
    void bareNameIsLookedForBesideTheImageOnly() throws IOException {
        file("project/main.c");
        assertThat(SourceMap.none().locate("/ci/main.c", image)).isEqualTo(Path.of("/ci/main.c"));

        Path beside = file("project/build/out/main.c");
        assertThat(SourceMap.none().locate("/ci/main.c", image)).isEqualTo(beside);
    }

    @Test
    void relativePathThatIsNowhereCountsFromTheImage() {
        assertThat(SourceMap.none().locate("src/lost.c", image)).isEqualTo(image.resolve("src/lost.c"));
    }

    @Test
    void clientPathMeansTheFileThatLiesThereAndNoNamesake() throws IOException {
        Path kernel = file("project/kernel/main.c");
        Path boot = file("project/boot/main.c");
        SourceFiles files = new SourceFiles(SourceMap.none(), image.resolve("kernel.elf"));

        assertThat(files.meantBy(kernel, List.of(kernel.toString(), boot.toString())))
                .containsExactly(kernel.toString());
        assertThat(files.meantBy(kernel, List.of(boot.toString()))).isEmpty();
    }

    @Test
    void symbolicLinkMeansWhatItLeadsTo() throws IOException {
        Path kernel = file("project/kernel/main.c");
        Path link = Files.createSymbolicLink(root.resolve("link"), root.resolve("project"));
        SourceFiles files = new SourceFiles(SourceMap.none(), image.resolve("kernel.elf"));

        assertThat(files.meantBy(link.resolve("kernel/main.c"), List.of(kernel.toString())))
                .containsExactly(kernel.toString());
    }

    @Test
    void missingFilesAreMatchedByTheLongestCommonEnd() {
        SourceFiles files = new SourceFiles(SourceMap.none(), image.resolve("kernel.elf"));
        List<String> recorded = List.of("/ci/boot/main.c", "/ci/kernel/main.c", "/ci/old/kernel/main.c");

        assertThat(files.meantBy(Path.of("/home/me/kernel/main.c"), recorded))
                .containsExactly("/ci/kernel/main.c", "/ci/old/kernel/main.c");
        assertThat(files.meantBy(Path.of("/home/me/main.c"), recorded)).hasSize(3);
    }
}
