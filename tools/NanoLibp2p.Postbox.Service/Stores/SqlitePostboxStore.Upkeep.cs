using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Data.Sqlite;

namespace NanoLibp2p.Postbox.Service.Stores;

/// <content>What an operator does with a file that no gateway has open.</content>
public sealed partial class SqlitePostboxStore
{
    /// <inheritdoc/>
    public Task<PostboxReport> CheckAsync(CancellationToken cancellationToken = default) =>
        Task.Run(() => UnderLock(() => Check(cancellationToken)), cancellationToken);

    /// <inheritdoc/>
    public Task<PostboxReport> RepairAsync(CancellationToken cancellationToken = default) =>
        Task.Run(() => UnderLock(() => RepairFileAsync(cancellationToken).GetAwaiter().GetResult()), cancellationToken);

    /// <inheritdoc/>
    public Task<(long Before, long After)> CompactAsync(CancellationToken cancellationToken = default) =>
        Task.Run(() => UnderLock(() => Compact(cancellationToken)), cancellationToken);

    /// <summary>
    /// Lets a file forget the cursors that it has given. For one that comes from a backup: it gives numbers again that were given since.
    /// </summary>
    /// <param name="path">The file, which nobody has open.</param>
    /// <exception cref="SqliteException">It is no store, or can't be written.</exception>
    public static void ForgetCursors(string path)
    {
        using SqliteConnection connection = SqliteFile.Connect(path, SqliteOpenMode.ReadWrite, new SqlitePostboxOptions { Path = path });
        SqliteFile.Execute(connection, string.Create(CultureInfo.InvariantCulture,
            $"UPDATE meta SET value={SqliteFile.NewEpoch()} WHERE key='epoch'"));
    }

    private T UnderLock<T>(Func<T> work)
    {
        lock (_lock)
        {
            if (_state == State.Open)
            {
                throw new InvalidOperationException("the store is open; close it first");
            }
        }

        if (!File.Exists(_path))
        {
            throw new PostboxStoreException(StoreFault.Unusable, $"there is no store {_path}");
        }

        using FileStream held = TakeLock();
        try
        {
            return work();
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new PostboxStoreException(StoreFault.Unusable, $"{_path}: {e.Message}", e);
        }
    }

    private PostboxReport Check(CancellationToken cancellationToken)
    {
        PostboxReport report = new();
        using SqliteConnection connection = SqliteFile.Connect(_path, SqliteOpenMode.ReadOnly, _options);
        SqliteFile.CheckOwner(connection);
        Note(report, SqliteFile.Check(connection, isWhole: true));
        Dictionary<long, BoxId> boxes = [];
        HeadIndex index = new();
        List<PostboxHead> waiting = [];
        Note(report, SqliteFile.LoadMailboxes(connection, (mailbox, number) =>
        {
            boxes[number] = mailbox.Box;
            index.Save(mailbox);
            report.Mailboxes++;
        }));
        Note(report, SqliteFile.LoadHeads(connection, boxes, head =>
        {
            if (!index.Load(head))
            {
                return false;
            }

            if (head.IsWaiting)
            {
                waiting.Add(head);
            }
            else
            {
                report.Settled++;
            }

            return true;
        }));
        using SqliteReader reader = new(SqliteFile.Connect(_path, SqliteOpenMode.ReadOnly, _options));
        foreach (PostboxHead head in waiting)
        {
            cancellationToken.ThrowIfCancellationRequested();
            CheckBody(reader, head, report);
        }

        long bodies = CountBodies(connection);
        if (report.Damaged == 0 && bodies >= 0 && bodies != waiting.Count)
        {
            Note(report, $"{bodies} bodies are there of {waiting.Count} items that wait");
        }

        return report;
    }

    private void CheckBody(SqliteReader reader, PostboxHead head, PostboxReport report)
    {
        try
        {
            bool isWhole = reader.ReadWhole(head.Sequence, head.Id, 0, [], out int count);
            if (isWhole && count >= 0)
            {
                report.Items++;
                return;
            }

            Note(report, $"item {head.Id} (number {head.Sequence}) {(isWhole ? "has lost its body" : "does not hash to its id")}");
        }
        catch (SqliteException e)
        {
            Note(report, $"item {head.Id} (number {head.Sequence}) can't be read: {e.Message}");
        }
    }

    private async Task<PostboxReport> RepairFileAsync(CancellationToken cancellationToken)
    {
        string next = _path + ".new";
        DeleteDatabase(next);
        PostboxReport report;
        try
        {
            // under the lock that is held: theirs are of other names
            await using SqlitePostboxStore from = new(_options) { _lockFile = NoLock() };
            await using SqlitePostboxStore to = new(new SqlitePostboxOptions
            {
                Path = next, Durability = _options.Durability, ReserveBytes = 0, Disk = _options.Disk,
            }) { _lockFile = NoLock() };
            report = await PostboxCopy.RunAsync(from, to, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            DeleteDatabase(next);
            throw;
        }

        Complete(next);
        string former = FreeName();
        if (File.Exists(_path + "-wal"))
        {
            // before the new file is there, on which SQLite would play it
            File.Move(_path + "-wal", former + "-wal");
        }

        File.Delete(_path + "-shm");

        // at every moment one of them has the name
        File.Replace(next, _path, former);
        return report;
    }

    // all of it in the one file that is renamed
    private void Complete(string path)
    {
        using (SqliteConnection connection = SqliteFile.Connect(path, SqliteOpenMode.ReadWrite, _options))
        {
            if (SqliteFile.Number(connection, "PRAGMA wal_checkpoint(TRUNCATE)") != 0)
            {
                throw new IOException($"{path} is in use by another program; nothing is changed");
            }
        }

        if (File.Exists(path + "-wal"))
        {
            throw new IOException($"{path}-wal is still in use by another program; nothing is changed");
        }
    }

    private (long Before, long After) Compact(CancellationToken cancellationToken)
    {
        long before = new FileInfo(_path).Length;
        using (SqliteConnection connection = SqliteFile.Connect(_path, SqliteOpenMode.ReadWrite, _options))
        {
            SqliteFile.CheckOwner(connection);
            if (SqliteFile.Check(connection, isWhole: false) is { } problem)
            {
                throw new PostboxStoreException(StoreFault.ReadOnly,
                    $"{_path} is damaged: {problem}; repair it first: nanolibp2p gateway store repair {Address}");
            }

            cancellationToken.ThrowIfCancellationRequested();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandTimeout = 0;
            command.CommandText = "VACUUM";
            command.ExecuteNonQuery();
            command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
            command.ExecuteNonQuery();
        }

        return (before, new FileInfo(_path).Length);
    }

    private static void Note(PostboxReport report, string? problem)
    {
        if (problem != null)
        {
            report.Damaged++;
            report.Add(problem);
        }
    }

    private static long CountBodies(SqliteConnection connection)
    {
        try
        {
            return SqliteFile.Number(connection, "SELECT count(*) FROM body");
        }
        catch (SqliteException)
        {
            return -1;
        }
    }

    private static void DeleteDatabase(string path)
    {
        foreach (string part in new[] { "", "-wal", "-shm", "-lock" })
        {
            File.Delete(path + part);
        }
    }

    private static FileStream NoLock() => new(OperatingSystem.IsWindows() ? "NUL" : "/dev/null", FileMode.Open, FileAccess.Read);

    private string FreeName()
    {
        for (int i = 1; ; i++)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"{_path}.damaged-{i}");
            if (!File.Exists(name))
            {
                return name;
            }
        }
    }
}
