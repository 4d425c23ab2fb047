using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.Data.Sqlite;

namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>
/// The one writer of a <see cref="SqlitePostboxStore"/>: a transaction over index and tables. <see cref="Begin"/>, any operations, then
/// <see cref="Commit"/>, or <see cref="Rollback"/>, after which both are as before. On the store's own thread.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Action<SqliteStage>? _atStage;
    private readonly List<SqliteCommand> _commands = [];
    private readonly Dictionary<BoxId, long> _boxes = [];
    private readonly List<Action> _undo = [];
    private readonly List<PostboxChange> _changes = [];
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _commit;
    private readonly SqliteCommand _rollback;
    private readonly SqliteCommand _insertHead;
    private readonly SqliteCommand _insertBody;
    private readonly SqliteCommand _settleHead;
    private readonly SqliteCommand _deleteHead;
    private readonly SqliteCommand _deleteBody;
    private readonly SqliteCommand _insertMailbox;
    private readonly SqliteCommand _updateMailbox;
    private readonly SqliteCommand _deleteMailbox;
    private readonly SqliteCommand _setLast;
    private readonly SqliteCommand _pages;
    private readonly SqliteCommand _freePages;
    private readonly byte[] _id = new byte[ItemId.Length];
    private long _last;
    private long _savedLast;
    private long _lastAtBegin;
    private long _savedLastAtBegin;

    /// <summary>Prepares every statement.</summary>
    /// <param name="connection">For writing; becomes the writer's.</param>
    /// <param name="index">What is there.</param>
    /// <param name="boxes">The mailboxes' numbers in the tables.</param>
    /// <param name="last">The largest number of a head that was ever given.</param>
    /// <param name="savedLast">What the table has of it.</param>
    /// <param name="atStage">See <see cref="SqlitePostboxOptions.AtStage"/>.</param>
    internal SqliteWriter(SqliteConnection connection, HeadIndex index, IReadOnlyDictionary<long, BoxId> boxes, long last, long savedLast,
        Action<SqliteStage>? atStage)
    {
        _connection = connection;
        Index = index;
        _last = last;
        _savedLast = savedLast;
        _atStage = atStage;
        foreach (KeyValuePair<long, BoxId> box in boxes)
        {
            _boxes.Add(box.Value, box.Key);
        }

        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _rollback = Prepare("ROLLBACK");
        _insertHead = Prepare("INSERT INTO head VALUES($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", 11);
        _insertBody = Prepare("INSERT INTO body VALUES($0, $1)", 2);
        _settleHead = Prepare("UPDATE head SET flags=$1, proof=$2 WHERE seq=$0", 3);
        _deleteHead = Prepare("DELETE FROM head WHERE seq=$0", 1);
        _deleteBody = Prepare("DELETE FROM body WHERE seq=$0", 1);
        _insertMailbox = Prepare(
            "INSERT INTO mailbox(peer, number, settings, record, seen) VALUES($0, $1, $2, $3, $4) RETURNING box", 5);
        _updateMailbox = Prepare("UPDATE mailbox SET number=$1, settings=$2, record=$3, seen=$4 WHERE box=$0", 5);
        _deleteMailbox = Prepare("DELETE FROM mailbox WHERE box=$0", 1);
        _setLast = Prepare("UPDATE meta SET value=$0 WHERE key='last'", 1);
        _pages = Prepare("PRAGMA page_count");
        _freePages = Prepare("PRAGMA freelist_count");
        PageBytes = (int)SqliteFile.Number(connection, "PRAGMA page_size");
    }

    /// <summary>What is there.</summary>
    internal HeadIndex Index { get; }

    /// <summary>Bytes of a page.</summary>
    internal int PageBytes { get; }

    /// <summary>Begins a transaction.</summary>
    internal void Begin()
    {
        // first: what fails to begin is rolled back too
        _undo.Clear();
        _changes.Clear();
        _lastAtBegin = _last;
        _savedLastAtBegin = _savedLast;
        _begin.ExecuteNonQuery();
    }

    /// <summary>Commits it.</summary>
    /// <returns>What changed, in order; good until the next begins.</returns>
    internal List<PostboxChange> Commit()
    {
        _atStage?.Invoke(SqliteStage.Commit);
        _commit.ExecuteNonQuery();
        _atStage?.Invoke(SqliteStage.Committed);
        return _changes;
    }

    /// <summary>Takes everything back since <see cref="Begin"/>.</summary>
    internal void Rollback()
    {
        for (int i = _undo.Count - 1; i >= 0; i--)
        {
            _undo[i]();
        }

        _undo.Clear();
        _changes.Clear();
        _last = _lastAtBegin;
        _savedLast = _savedLastAtBegin;
        try
        {
            _rollback.ExecuteNonQuery();
        }
        catch (SqliteException)
        {
            // SQLite rolls back by itself after some errors; then there is no transaction
        }
    }

    /// <summary>Pages of the file, and how many of them are free.</summary>
    /// <returns>Both.</returns>
    internal (long All, long Free) Pages() => ((long)_pages.ExecuteScalar()!, (long)_freePages.ExecuteScalar()!);

    /// <summary>Appends an entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="maxItem">Longer ones are refused.</param>
    /// <param name="hasRoom">Whether there is room for one.</param>
    /// <returns>What becomes of it with the commit.</returns>
    internal PostboxAppend Append(PostboxDeposit entry, int maxItem, Func<PostboxDeposit, bool> hasRoom)
    {
        if (entry.Item.Length > maxItem)
        {
            return new PostboxAppend(AppendOutcome.TooLarge);
        }

        if (!_boxes.TryGetValue(entry.Box, out long box))
        {
            return new PostboxAppend(AppendOutcome.NoMailbox);
        }

        if (Index.Find(entry.Box, entry.Id) is { } there)
        {
            return new PostboxAppend(AppendOutcome.Exists, there);
        }

        if (!hasRoom(entry))
        {
            return new PostboxAppend(AppendOutcome.Full);
        }

        _atStage?.Invoke(SqliteStage.Write);
        PostboxChange change = Index.Append(entry, ++_last);
        Note(change);
        PostboxHead head = change.Head!;
        if (change.Former != null)
        {
            WriteSettled(change.Former);
        }

        if (change.Forgotten != null)
        {
            WriteForgotten(change.Forgotten);
        }

        head.Id.Write(_id);
        Run(_insertHead, head.Sequence, box, _id, (long)head.Tag, SqliteFile.Flags(head), (long)head.Slot, (long)head.Size,
            (long)head.Arrived, (long)head.Until, (long)head.Topic, (long)head.Proof);
        if (head.IsWaiting)
        {
            Run(_insertBody, head.Sequence, Whole(entry.Item));
        }

        return new PostboxAppend(change.Former == null ? AppendOutcome.Kept : AppendOutcome.Replaced, head, change.Former);
    }

    /// <summary>Settles an item.</summary>
    /// <param name="one">Which, as what.</param>
    /// <returns>What becomes of it with the commit.</returns>
    internal PostboxSettled Settle(PostboxSettlement one)
    {
        PostboxHead? head = Current(one.Head);
        if (head is not { IsWaiting: true })
        {
            return new PostboxSettled(true, head);
        }

        _atStage?.Invoke(SqliteStage.Write);
        PostboxChange change = Index.Settle(head, one.State, one.Proof);
        Note(change);
        WriteSettled(change.Head!);
        if (change.Forgotten != null)
        {
            WriteForgotten(change.Forgotten);
        }

        return new PostboxSettled(false, change.Head);
    }

    /// <summary>Forgets a head.</summary>
    /// <param name="one">Which.</param>
    /// <returns>Whether it was there.</returns>
    internal bool Forget(PostboxHead one)
    {
        if (Current(one) is not { } head)
        {
            return false;
        }

        _atStage?.Invoke(SqliteStage.Write);
        Note(Index.Forget(head));
        if (head.IsWaiting)
        {
            Run(_deleteBody, head.Sequence);
        }

        WriteForgotten(head);
        return true;
    }

    /// <summary>Saves a mailbox.</summary>
    /// <param name="mailbox">The mailbox.</param>
    /// <returns>What becomes of it with the commit.</returns>
    internal PostboxSave Save(PostboxMailbox mailbox)
    {
        PostboxMailbox? former = Index.Mailbox(mailbox.Box);
        if (former != null && former.Number >= mailbox.Number)
        {
            return new PostboxSave(MailboxOutcome.Stale, former);
        }

        _atStage?.Invoke(SqliteStage.Write);
        PostboxChange change = Index.Save(mailbox);
        _changes.Add(change);
        _undo.Add(() => Index.Undo(change, former));
        if (former != null)
        {
            Run(_updateMailbox, _boxes[mailbox.Box], mailbox.Number, mailbox.Settings, mailbox.Record, (long)mailbox.Seen);
        }
        else
        {
            Set(_insertMailbox, mailbox.Peer, mailbox.Number, mailbox.Settings, mailbox.Record, (long)mailbox.Seen);
            long box = (long)_insertMailbox.ExecuteScalar()!;
            _boxes.Add(mailbox.Box, box);
            _undo.Add(() => _boxes.Remove(mailbox.Box));
        }

        return new PostboxSave(MailboxOutcome.Done, mailbox);
    }

    /// <summary>Drops a mailbox.</summary>
    /// <param name="box">Which.</param>
    /// <param name="number">Not a newer one than this.</param>
    /// <returns>What becomes of it with the commit.</returns>
    internal PostboxSave Drop(BoxId box, long number)
    {
        PostboxMailbox? former = Index.Mailbox(box);
        if (former == null || former.Number > number)
        {
            return new PostboxSave(former == null ? MailboxOutcome.None : MailboxOutcome.Stale, former);
        }

        _atStage?.Invoke(SqliteStage.Write);
        PostboxHead[] heads = [.. Index.Heads(box)];
        object dropped = Index.Drop(box);
        long row = _boxes[box];
        _boxes.Remove(box);
        _undo.Add(() =>
        {
            Index.Restore(box, dropped);
            _boxes.Add(box, row);
        });
        _changes.Add(new PostboxChange(PostboxChangeKind.MailboxDropped, box));
        foreach (PostboxHead head in heads)
        {
            if (head.IsWaiting)
            {
                Run(_deleteBody, head.Sequence);
            }

            WriteForgotten(head);
        }

        Run(_deleteMailbox, row);
        return new PostboxSave(MailboxOutcome.Done, null);
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose()
    {
        foreach (SqliteCommand command in _commands)
        {
            command.Dispose();
        }

        _connection.Dispose();
    }

    private static void Set(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }
    }

    private static void Run(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        Set(command, values);
        command.ExecuteNonQuery();
    }

    // SQLite's parameter takes an array as it is; a part of one has to be copied
    private static byte[] Whole(ReadOnlyMemory<byte> item) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(item, out ArraySegment<byte> part) && part.Offset == 0
            && part.Count == part.Array!.Length ? part.Array : item.ToArray();

    private PostboxHead? Current(PostboxHead head) =>
        Index.Find(head.Box, head.Id) is { } now && now.Sequence == head.Sequence ? now : null;

    private void Note(PostboxChange change)
    {
        _changes.Add(change);
        _undo.Add(() => Index.Undo(change, null));
    }

    private void WriteSettled(PostboxHead head)
    {
        Run(_settleHead, head.Sequence, SqliteFile.Flags(head), (long)head.Proof);
        Run(_deleteBody, head.Sequence);
    }

    // a number is never given again, also when the row that had it is gone
    private void WriteForgotten(PostboxHead head)
    {
        Run(_deleteHead, head.Sequence);
        if (head.Sequence > _savedLast)
        {
            Run(_setLast, _last);
            _savedLast = _last;
        }
    }

    private SqliteCommand Prepare(string text, int parameters = 0)
    {
        SqliteCommand command = _connection.CreateCommand();
        command.CommandText = text;
        for (int i = 0; i < parameters; i++)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = "$" + i });
        }

        command.Prepare();
        _commands.Add(command);
        return command;
    }
}
