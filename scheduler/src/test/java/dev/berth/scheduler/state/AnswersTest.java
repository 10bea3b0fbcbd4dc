package dev.berth.scheduler.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class AnswersTest {
  private static final Caller OPERATOR = new Caller.Operator();

  @Test
  void aNumberThatIsGivenAnewLeadsNoOldKeyToTheNewAnswer() {
    Answers answers = Answers.NONE.with(answer(1, "old")).with(answer(1, "new"));

    assertThat(answers.find(OPERATOR, "old")).isEmpty();
    assertThat(answers.find(OPERATOR, "new")).contains(answer(1, "new"));
  }

  @Test
  void theLastAnswerOfAKeyStaysWhenAnEarlierOneIsForgotten() {
    Answers answers = Answers.NONE.with(answer(1, "key")).with(answer(2, "key")).without(1);

    assertThat(answers.find(OPERATOR, "key")).contains(answer(2, "key"));
    assertThat(answers.without(2)).isEqualTo(Answers.NONE);
  }

  private static GivenAnswer answer(long sequence, String key) {
    return new GivenAnswer(
        sequence,
        OPERATOR,
        key,
        "0123",
        Instant.EPOCH,
        new GivenAnswer.Made(GivenAnswer.Kind.RELEASE, "acme/shop", 7, true));
  }
}
