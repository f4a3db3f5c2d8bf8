package dev.revoker.sim;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.IllegalGenerationException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.jspecify.annotations.Nullable;

/** The group's coordinator, with the cooperative-sticky assignor. */
final class SimGroup {
  static final long SESSION_NANOS = 10 * World.SECOND;
  private static final long REBALANCE_NANOS = 300 * World.SECOND;

  /** A member's result of a rebalance. */
  record Assignment(String memberId, int generation, Set<TopicPartition> partitions) {}

  private static final class Member {
    final String id;
    Set<TopicPartition> owned = Set.of();
    Set<TopicPartition> assigned = Set.of();
    int ownedInGeneration;
    boolean joined;
    long seenNanos;

    Member(String id) {
      this.id = id;
    }
  }

  static final Comparator<TopicPartition> ORDER =
      Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition);

  private final World world;
  private final List<TopicPartition> partitions;
  private final Map<String, Member> members = new LinkedHashMap<>();
  private boolean rebalancing;
  private long rebalanceUntilNanos;
  private int generation;
  private int memberCount;

  SimGroup(World world, List<TopicPartition> partitions) {
    this.world = world;
    this.partitions = partitions;
  }

  /** A member's JoinGroup, repeated until the rebalance is over. */
  final class Join {
    private String memberId;
    private final Set<TopicPartition> owned;
    private final int ownedInGeneration;
    private boolean registered;

    Join(String memberId, Set<TopicPartition> owned, int ownedInGeneration) {
      this.memberId = memberId;
      this.owned = sorted(owned);
      this.ownedInGeneration = ownedInGeneration;
    }

    Assignment ask() {
      if (!registered && memberId.isEmpty()) {
        memberId = "member-" + ++memberCount;
        members.put(memberId, new Member(memberId));
      }
      Member member = members.get(memberId);
      if (member == null) {
        throw new UnknownMemberIdException("not a member any more");
      }
      member.seenNanos = world.nanos();
      if (!registered) {
        registered = true;
        member.owned = owned;
        member.ownedInGeneration = ownedInGeneration;
        member.joined = true;
        rebalance("join of " + memberId);
        tryComplete();
      }
      if (member.joined) {
        throw new Rpc.NotYet();
      }
      return new Assignment(memberId, generation, member.assigned);
    }
  }

  /** Whether the member must join again. */
  boolean heartbeat(String memberId) {
    Member member = members.get(memberId);
    if (member == null) {
      throw new UnknownMemberIdException("not a member any more");
    }
    member.seenNanos = world.nanos();
    return rebalancing && !member.joined;
  }

  /** Whether it was a member. */
  boolean leave(String memberId) {
    boolean member = members.remove(memberId) != null;
    if (member) {
      rebalance("leave of " + memberId);
      tryComplete();
    }
    return member;
  }

  /** Whether this member may commit in a transaction. */
  void validate(ConsumerGroupMetadata who) {
    if (who.memberId().isEmpty() && who.generationId() < 0) {
      // A commit without a member id is not fenced.
      return;
    }
    if (!members.containsKey(who.memberId())) {
      throw new UnknownMemberIdException("not a member any more");
    }
    if (who.generationId() != generation) {
      throw new IllegalGenerationException("the group has moved on");
    }
  }

  boolean rebalancing() {
    return rebalancing;
  }

  /** A new coordinator gives every member a whole session timeout. */
  void coordinatorMoved() {
    members.values().forEach(member -> member.seenNanos = world.nanos());
  }

  void tick() {
    for (Member member : List.copyOf(members.values())) {
      boolean silent = world.nanos() - member.seenNanos > SESSION_NANOS;
      boolean late = rebalancing && !member.joined && world.nanos() > rebalanceUntilNanos;
      if (silent || late) {
        world.trace(member.id + " is put out of the group");
        members.remove(member.id);
        rebalance("expiry of " + member.id);
      }
    }
    tryComplete();
  }

  private void rebalance(String why) {
    if (!rebalancing) {
      world.trace("REBALANCE " + why);
      rebalancing = true;
      rebalanceUntilNanos = world.nanos() + REBALANCE_NANOS;
    }
  }

  private void tryComplete() {
    if (!rebalancing || members.values().stream().anyMatch(member -> !member.joined)) {
      return;
    }
    rebalancing = false;
    generation++;
    assign();
    for (Member member : members.values()) {
      member.joined = false;
      world.trace("generation " + generation + " " + member.id + " " + member.assigned);
    }
  }

  /** Cooperative: partitions that another member still owns are assigned in the next generation. */
  private void assign() {
    Map<TopicPartition, Member> owners = owners();
    Map<Member, Set<TopicPartition>> target = new LinkedHashMap<>();
    members.values().forEach(member -> target.put(member, new TreeSet<>(ORDER)));
    owners.forEach((partition, owner) -> target.get(owner).add(partition));
    List<TopicPartition> free = new ArrayList<>(partitions);
    free.removeAll(owners.keySet());
    if (!members.isEmpty()) {
      balance(target, free);
    }
    target.forEach(
        (member, wanted) -> {
          Set<TopicPartition> now = sorted(wanted);
          now.removeIf(
              partition -> owners.get(partition) != null && owners.get(partition) != member);
          member.assigned = now;
        });
  }

  /** In an order that is the same in every JVM. */
  static Set<TopicPartition> sorted(Collection<TopicPartition> partitions) {
    Set<TopicPartition> sorted = new TreeSet<>(ORDER);
    sorted.addAll(partitions);
    return sorted;
  }

  static Set<TopicPartition> minus(
      Collection<TopicPartition> all, Collection<TopicPartition> without) {
    Set<TopicPartition> left = sorted(all);
    left.removeAll(without);
    return left;
  }

  @SuppressWarnings("removal") // Kafka's own consumer makes it the same way.
  static ConsumerGroupMetadata metadata(int generation, String memberId) {
    return new ConsumerGroupMetadata("revoker", generation, memberId, Optional.empty());
  }

  private Map<TopicPartition, Member> owners() {
    Map<TopicPartition, Member> owners = new HashMap<>();
    for (TopicPartition partition : partitions) {
      @Nullable Member owner = null;
      for (Member member : members.values()) {
        if (member.owned.contains(partition)
            && (owner == null || member.ownedInGeneration > owner.ownedInGeneration)) {
          owner = member;
        }
      }
      if (owner != null) {
        owners.put(partition, owner);
      }
    }
    return owners;
  }

  private void balance(Map<Member, Set<TopicPartition>> target, List<TopicPartition> free) {
    Comparator<Map.Entry<Member, Set<TopicPartition>>> bySize =
        Comparator.comparingInt(entry -> entry.getValue().size());
    for (TopicPartition partition : free) {
      target.entrySet().stream().min(bySize).orElseThrow().getValue().add(partition);
    }
    while (true) {
      var least = target.entrySet().stream().min(bySize).orElseThrow();
      var most = target.entrySet().stream().max(bySize).orElseThrow();
      if (most.getValue().size() - least.getValue().size() < 2) {
        return;
      }
      List<TopicPartition> movable = List.copyOf(most.getValue());
      TopicPartition moved = world.pick(movable);
      most.getValue().remove(moved);
      least.getValue().add(moved);
    }
  }
}
