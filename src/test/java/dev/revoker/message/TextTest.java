package dev.revoker.message;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextTest {
  @ParameterizedTest
  @ValueSource(
      ints = {
        0, 7, 0x1b, 0x7f, 0x80, 0x9b, 0x9f, 0xad, 0x200b, 0x200e, 0x202e, 0x2066, 0xfeff, 0xe0001
      })
  void whatATerminalObeysIsReplaced(int codePoint) {
    assertThat(Text.visible("a" + Character.toString(codePoint) + "b")).isEqualTo("a\uFFFDb");
  }

  @ParameterizedTest
  @ValueSource(ints = {'\t', '\n', 0xb, '\f', '\r', 0x85, 0x2028, 0x2029})
  void whatBreaksALineBecomesASpace(int codePoint) {
    assertThat(Text.visible("a" + Character.toString(codePoint) + "b")).isEqualTo("a b");
  }

  @Test
  void aLoneSurrogateIsReplaced() {
    assertThat(Text.visible("a\uD83Db\uDD11")).isEqualTo("a\uFFFDb\uFFFD");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "plain", "é ключ 鍵 \uD83D\uDD11", "%1b[31m", "\uFFFD"})
  void allOtherTextStaysAsItIs(String text) {
    assertThat(Text.visible(text)).isEqualTo(text);
  }
}
