package dev.berth.scheduler.store;

import java.util.List;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.api.ACLProvider;
import org.apache.curator.framework.state.SessionConnectionStateErrorPolicy;
import org.apache.curator.retry.RetryForever;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.data.ACL;

/** Connects to ZooKeeper the way the store and the election need it. */
public final class ZooKeeperConnection {
  private static final int SESSION_MILLIS = 10_000;
  private static final int CONNECT_MILLIS = 5_000;
  private static final int RETRY_MILLIS = 500;

  private ZooKeeperConnection() {}

  /** The client is started; the caller closes it. */
  public static CuratorFramework open(String connect, ZooKeeperSecret secret) {
    CuratorFramework client =
        CuratorFrameworkFactory.builder()
            .connectString(connect)
            .sessionTimeoutMs(SESSION_MILLIS)
            .connectionTimeoutMs(CONNECT_MILLIS)
            .retryPolicy(new RetryForever(RETRY_MILLIS))
            .connectionStateErrorPolicy(new SessionConnectionStateErrorPolicy())
            .authorization("digest", secret.digestAuth())
            .aclProvider(new CreatorOnly())
            .build();
    client.start();
    return client;
  }

  private static final class CreatorOnly implements ACLProvider {
    @Override
    public List<ACL> getDefaultAcl() {
      return ZooDefs.Ids.CREATOR_ALL_ACL;
    }

    @Override
    public List<ACL> getAclForPath(String path) {
      return ZooDefs.Ids.CREATOR_ALL_ACL;
    }
  }
}
