using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Threading.Tasks;
using Microsoft.Data.Sqlite;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Host.Rendezvous;

namespace NanoLibp2p.Host.Tests.Rendezvous;

/// <summary>Registrations of a rendezvous point in a file.</summary>
public sealed class SqliteStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("rendezvous").FullName;

    private string FilePath => Path.Combine(_folder, "rendezvous.db");

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public async Task Registrations_stay_over_a_restart_but_those_that_were_replaced_ended_or_expired()
    {
        await using (SqliteRendezvousStore store = new(FilePath))
        {
            RendezvousRegistry before = new(new RendezvousPointOptions { Store = store }, TimeProvider.System);
            Assert.Equal(RendezvousStatus.Ok, before.Add("kept", Record(1), TimeSpan.FromHours(5), null));
            Assert.Equal(RendezvousStatus.Ok, before.Add("replaced", Record(1), TimeSpan.FromHours(5), null));
            Assert.Equal(RendezvousStatus.Ok, before.Add("replaced", RendezvousScene.Record(1, 2), TimeSpan.FromHours(6), null));
            before.Add("ended", Record(1), TimeSpan.FromHours(5), null);
            before.Remove("ended", Record(1).Peer);
            before.Add("expired", Record(1), TimeSpan.FromMilliseconds(1), null);
        }

        await using SqliteRendezvousStore again = new(FilePath);
        RendezvousRegistry after = new(new RendezvousPointOptions { Store = again }, TimeProvider.System);
        after.Discover(null, 10, null, out RendezvousPage page);
        Assert.Equal(["kept", "replaced"], page.Registrations.Select(one => one.Namespace));
        Assert.Equal([1ul, 2ul], page.Registrations.Select(one => one.Record.Sequence));
    }

    [Fact]
    public async Task What_a_network_has_counts_after_a_restart_too()
    {
        IPNetwork network = IPNetwork.Parse("203.0.113.0/24");
        RendezvousPointOptions options = new() { MaxRegistrationsPerNetwork = 2, MaxRegistrationsPerPeer = 2 };
        await using (SqliteRendezvousStore store = new(FilePath))
        {
            options.Store = store;
            RendezvousRegistry before = new(options, TimeProvider.System);
            Assert.Equal(RendezvousStatus.Ok, before.Add("a", Record(1), TimeSpan.FromHours(5), network));
            Assert.Equal(RendezvousStatus.Ok, before.Add("a", Record(2), TimeSpan.FromHours(5), network));
        }

        await using SqliteRendezvousStore again = new(FilePath);
        options.Store = again;
        RendezvousRegistry after = new(options, TimeProvider.System);
        Assert.Equal(RendezvousStatus.Unavailable, after.Add("a", Record(3), TimeSpan.FromHours(5), network));
        Assert.Equal(RendezvousStatus.Ok, after.Add("a", Record(3), TimeSpan.FromHours(5), IPNetwork.Parse("198.51.100.0/24")));
        after.Remove("a", Record(1).Peer);
        Assert.Equal(RendezvousStatus.Ok, after.Add("b", Record(3), TimeSpan.FromHours(5), network));
    }

    [Fact]
    public async Task A_file_of_the_first_version_is_brought_forward_with_what_is_in_it()
    {
        await using (SqliteRendezvousStore store = new(FilePath))
        {
            store.Put(new RendezvousRegistration("old", Record(1), DateTimeOffset.UtcNow.AddHours(1)));
        }

        Execute("ALTER TABLE registration DROP COLUMN network; PRAGMA user_version = 1");
        await using SqliteRendezvousStore again = new(FilePath);
        RendezvousRegistration one = Assert.Single(again.Load());
        Assert.Equal(("old", (IPNetwork?)null), (one.Namespace, one.Network));
    }

    [Fact]
    public async Task What_was_written_a_moment_ago_is_there_though_the_process_was_killed()
    {
        await using SqliteRendezvousStore alive = new(FilePath);
        alive.Put(new RendezvousRegistration("a", Record(1), DateTimeOffset.UtcNow.AddHours(1)));
        await Nodes.UntilAsync(() => Rows() == 1, "it is written");

        File.Copy(FilePath, FilePath + "2.db");
        File.Copy(FilePath + "-wal", FilePath + "2.db-wal");
        await using SqliteRendezvousStore again = new(FilePath + "2.db");
        Assert.Equal(Record(1).Peer, Assert.Single(again.Load()).Record.Peer);
    }

    [Fact]
    public async Task A_damaged_record_is_passed_over_and_a_file_that_is_none_or_of_a_newer_program_is_told()
    {
        await using (SqliteRendezvousStore store = new(FilePath))
        {
            store.Put(new RendezvousRegistration("good", Record(1), DateTimeOffset.UtcNow.AddHours(1)));
            store.Put(new RendezvousRegistration("damaged", Record(2), DateTimeOffset.UtcNow.AddHours(1)));
        }

        Execute("UPDATE registration SET record = x'00112233' WHERE namespace = 'damaged'");
        await using (SqliteRendezvousStore store = new(FilePath))
        {
            Assert.Equal("good", Assert.Single(store.Load()).Namespace);
        }

        Execute($"PRAGMA user_version = {SqliteRendezvousStore.SchemaVersion + 1}");
        Assert.Contains("a newer one has written it", Assert.Throws<IOException>(() => new SqliteRendezvousStore(FilePath)).Message,
            StringComparison.Ordinal);
        string none = Path.Combine(_folder, "none.db");
        File.WriteAllText(none, new string('x', 5000));
        Assert.Contains($"{none} can't be opened", Assert.Throws<IOException>(() => new SqliteRendezvousStore(none)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_file_can_not_be_written_changes_wait_and_are_told()
    {
        await using SqliteRendezvousStore store = new(FilePath);
        using (SqliteConnection other = Open())
        {
            using SqliteTransaction locks = other.BeginTransaction();
            store.Put(new RendezvousRegistration("a", Record(1), DateTimeOffset.UtcNow.AddHours(1)));
            await Nodes.UntilAsync(() => store.LastError != null, "the refusal is told");
            Assert.StartsWith($"{FilePath} can't be written", store.LastError!.Message, StringComparison.Ordinal);
        }

        await Nodes.UntilAsync(() => store.LastError == null && Rows() == 1, "it is written");
    }

    [Fact]
    public async Task While_the_file_can_not_be_written_200000_changes_wait_and_no_more()
    {
        await using SqliteRendezvousStore store = new(FilePath);
        PeerRecord record = Record(1);
        Execute("ALTER TABLE registration RENAME TO elsewhere");
        for (int i = 0; i < 2 * SqliteRendezvousStore.MaxWaiting; i++)
        {
            store.Remove($"{i}", record.Peer);
        }

        // for a moment all are with the writer; after its attempt they wait again, and for a second nothing leaves
        Exception? before = store.LastError;
        await Nodes.UntilAsync(() => store.LastError != before, "it is tried again");
        int late = 0;
        await Nodes.UntilAsync(
            () =>
            {
                store.Put(new RendezvousRegistration($"late {late++}", record, DateTimeOffset.UtcNow.AddHours(1)));
                return late == 20;
            },
            "they are put");
        Execute("ALTER TABLE elsewhere RENAME TO registration");
        await Nodes.UntilAsync(() => store.LastError == null, "it is written");
        Assert.InRange(Rows(), 0, late / 2);
    }

    private static PeerRecord Record(byte peer) => RendezvousScene.Record(peer, 1);

    private SqliteConnection Open()
    {
        SqliteConnection file = new(new SqliteConnectionStringBuilder { DataSource = FilePath, Pooling = false }.ConnectionString);
        file.Open();
        return file;
    }

    private void Execute(string text)
    {
        using SqliteConnection file = Open();
        using SqliteCommand command = file.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }

    private long Rows()
    {
        using SqliteConnection file = Open();
        using SqliteCommand command = file.CreateCommand();
        command.CommandText = "SELECT COUNT(*) FROM registration";
        return (long)command.ExecuteScalar()!;
    }
}
