using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Data.Sqlite;

namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>
/// Mail in one SQLite file, for one gateway. One writer takes what waits and commits it together; reading goes on beside it. What it has
/// returned survives <c>kill -9</c>, and a power cut unless told otherwise. A file that is damaged is served as far as it is whole, and
/// never written to.
/// </summary>
/// <remarks>A second process is kept out by a lock beside the file. Reading and copying the file with SQLite's own means is possible
/// meanwhile; writing would be a fault.</remarks>
public sealed partial class SqlitePostboxStore : IPostboxStore, IPostboxStoreUpkeep
{
    // EROFS, which .NET hands on as it is
    private const int ReadOnlyDisk = 30;

    private const int GroupEntries = 256;
    private const int MaxVerified = 4096;
    private const long LowestReserve = 64 << 20;
    private const long HighestReserve = 1 << 30;

    // what a head takes, and what the last transactions of a file that is full need
    private const int HeadBytes = 256;
    private const int FileReserve = 64 << 10;

    private readonly SqlitePostboxOptions _options;
    private readonly string _path;
    private readonly Lock _lock = new();
    private readonly Queue<SqliteRequest> _queue = [];
    private readonly SemaphoreSlim _waiting = new(0);
    private readonly ConcurrentBag<SqliteReader> _readers = [];
    private readonly ConcurrentDictionary<long, byte> _verified = [];
    private Action<PostboxChange>? _observer;
    private FileStream? _lockFile;
    private SqliteWriter? _writer;
    private Thread? _thread;
    private State _state;
    private volatile string? _problem;
    private long _liveBytes;
    private long _reusableBytes;
    private long _roomLeft;

    /// <summary>A store that is not open.</summary>
    /// <param name="options">Where and how.</param>
    public SqlitePostboxStore(SqlitePostboxOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(options.Path);
        if (options.Durability is not (StoreDurability.PowerCut or StoreDurability.Process))
        {
            throw new ArgumentException($"a file survives a power cut or the process, not {options.Durability}", nameof(options));
        }

        _options = options;
        _path = Path.GetFullPath(options.Path);
    }

    // New -> Open -> Closed; a failed opening is Closed too
    private enum State
    {
        New,
        Open,
        Closed,
    }

    /// <inheritdoc/>
    public string Address => "sqlite:" + _path;

    /// <inheritdoc/>
    public int MaxItem => 1 << 20;

    /// <inheritdoc/>
    public bool IsShared => false;

    /// <inheritdoc/>
    public StoreDurability Durability => _options.Durability;

    /// <inheritdoc/>
    public Task<PostboxOpening> OpenAsync(Action<PostboxChange> observer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(observer);
        lock (_lock)
        {
            if (_state != State.New)
            {
                throw new InvalidOperationException("the store is open, or was; make another");
            }

            _state = State.Open;
            _observer = observer;
        }

        return Task.Run(() => Open(observer, cancellationToken), CancellationToken.None);
    }

    /// <inheritdoc/>
    public Task<PostboxAppend[]> AppendAsync(IReadOnlyList<PostboxDeposit> entries, CancellationToken cancellationToken = default)
    {
        StoreArguments.CheckDeposits(entries);
        return WriteAsync(new SqliteRequest<PostboxAppend[]>(
            writer =>
            {
                PostboxAppend[] results = new PostboxAppend[entries.Count];
                for (int i = 0; i < results.Length; i++)
                {
                    results[i] = writer.Append(entries[i], MaxItem, HasRoom);
                }

                return results;
            },
            fault =>
            {
                PostboxAppend[] results = new PostboxAppend[entries.Count];
                Array.Fill(results, new PostboxAppend(AppendOutcome.Failed, Reason: fault.Message));
                return results;
            }) { Entries = entries.Count }, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(PostboxHead head, int offset, Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        cancellationToken.ThrowIfCancellationRequested();
        if (!_readers.TryTake(out SqliteReader? reader))
        {
            ObjectDisposedException.ThrowIf(_state != State.Open, this);
            reader = NewReader();
        }

        try
        {
            ObjectDisposedException.ThrowIf(_state != State.Open, this);
            return ValueTask.FromResult(Read(reader, head, offset, destination.Span));
        }
        catch (SqliteException e) when (e.SqliteErrorCode is SqliteCodes.Busy or SqliteCodes.Locked)
        {
            throw new PostboxStoreException(StoreFault.Unavailable, $"{_path} is locked by another program for too long: {e.Message}", e);
        }
        catch (SqliteException e)
        {
            throw Damaged(head, $"can't be read ({e.Message})", e);
        }
        finally
        {
            _readers.Add(reader);
            if (_state == State.Closed)
            {
                CloseReaders();
            }
        }
    }

    /// <inheritdoc/>
    public Task<PostboxSettled[]> SettleAsync(IReadOnlyList<PostboxSettlement> settlements, CancellationToken cancellationToken = default)
    {
        StoreArguments.CheckSettlements(settlements);
        return WriteAsync(new SqliteRequest<PostboxSettled[]>(
            writer =>
            {
                PostboxSettled[] results = new PostboxSettled[settlements.Count];
                for (int i = 0; i < results.Length; i++)
                {
                    results[i] = writer.Settle(settlements[i]);
                }

                return results;
            }) { Entries = settlements.Count }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<int> ForgetAsync(IReadOnlyList<PostboxHead> heads, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(heads);
        return WriteAsync(new SqliteRequest<int>(
            writer =>
            {
                int count = 0;
                for (int i = 0; i < heads.Count; i++)
                {
                    count += writer.Forget(heads[i]) ? 1 : 0;
                }

                return count;
            }) { Entries = heads.Count }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<PostboxSave> SaveMailboxAsync(PostboxMailbox mailbox, CancellationToken cancellationToken = default)
    {
        StoreArguments.CheckMailbox(mailbox);
        return WriteAsync(new SqliteRequest<PostboxSave>(writer => writer.Save(mailbox)) { Entries = 1 }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<PostboxSave> DropMailboxAsync(BoxId box, long number, CancellationToken cancellationToken = default) =>
        WriteAsync(new SqliteRequest<PostboxSave>(writer => writer.Drop(box, number)) { Entries = GroupEntries }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<PostboxRoom> FreeAsync(CancellationToken cancellationToken = default)
    {
        if (_state != State.Open)
        {
            return ValueTask.FromResult(new PostboxRoom(StoreHealth.Unavailable, 0, 0, "the store is closed"));
        }

        long room = Room(out string full);
        long live = Interlocked.Read(ref _liveBytes);
        return ValueTask.FromResult(_problem is { } problem ? new PostboxRoom(StoreHealth.ReadOnly, 0, live, problem)
            : room <= HeadBytes ? new PostboxRoom(StoreHealth.Full, 0, live, full)
            : new PostboxRoom(StoreHealth.Ready, room, live));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_state != State.Open)
            {
                _state = State.Closed;
                return;
            }

            _state = State.Closed;
        }

        _waiting.Release();
        if (_thread != null)
        {
            await Task.Run(_thread.Join).ConfigureAwait(false);
        }

        CloseReaders();
        _writer?.Dispose();
        _lockFile?.Dispose();
    }

    private PostboxOpening Open(Action<PostboxChange> observer, CancellationToken cancellationToken)
    {
        try
        {
            return OpenFile(observer, cancellationToken);
        }
        catch (Exception e)
        {
            lock (_lock)
            {
                _state = State.Closed;
            }

            _writer?.Dispose();
            _lockFile?.Dispose();
            throw Translate(e);
        }
    }

    private PostboxOpening OpenFile(Action<PostboxChange> observer, CancellationToken cancellationToken)
    {
        _lockFile ??= TakeLock();
        string? problem = null;
        bool isThere = File.Exists(_path) && new FileInfo(_path).Length > 0;
        if (isThere)
        {
            using SqliteConnection looking = SqliteFile.Connect(_path, SqliteOpenMode.ReadOnly, _options);
            SqliteFile.CheckOwner(looking);
            problem = SqliteFile.MustCheck(_path) ? SqliteFile.Check(looking, isWhole: false) : null;
        }

        else if (FindLeft() is { } left)
        {
            throw new PostboxStoreException(StoreFault.Unusable,
                $"{_path} is missing or empty, and {left} of a repair lies beside it: rename that to it, or move it away for a new store");
        }

        cancellationToken.ThrowIfCancellationRequested();
        SqliteConnection connection = SqliteFile.Connect(_path, problem == null ? SqliteOpenMode.ReadWriteCreate : SqliteOpenMode.ReadOnly,
            _options);
        try
        {
            if (problem == null)
            {
                SqliteFile.Prepare(connection);
            }

            return Load(connection, observer, problem, cancellationToken);
        }
        finally
        {
            if (_writer == null)
            {
                connection.Dispose();
            }
        }
    }

    private PostboxOpening Load(SqliteConnection connection, Action<PostboxChange> observer, string? problem,
        CancellationToken cancellationToken)
    {
        HeadIndex index = new();
        Dictionary<long, BoxId> boxes = [];
        long last = 0;
        long heads = 0;
        string? mailboxesFound = SqliteFile.LoadMailboxes(connection, (mailbox, number) =>
        {
            boxes[number] = mailbox.Box;
            observer(index.Save(mailbox));
        });
        string? found = SqliteFile.LoadHeads(connection, boxes, head =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!index.Load(head))
            {
                return false;
            }

            heads++;
            last = Math.Max(last, head.Sequence);
            observer(new PostboxChange(PostboxChangeKind.Appended, head.Box) { Head = head });
            return true;
        });
        found = mailboxesFound != null && found != null ? $"{mailboxesFound}; {found}" : mailboxesFound ?? found;
        uint epoch = 0;
        long savedLast = 0;
        try
        {
            epoch = (uint)SqliteFile.Meta(connection, "epoch");
            savedLast = SqliteFile.Meta(connection, "last");
        }
        catch (SqliteException e)
        {
            found ??= SqliteFile.Words(e);
        }

        problem = problem != null && found?.Contains(problem, StringComparison.Ordinal) == false ? $"{problem}; {found}" : found ?? problem;
        last = Math.Max(last, savedLast);
        if (problem != null)
        {
            _problem = $"{_path} is damaged: {problem}. It is served as far as it is whole, and takes nothing; "
                + $"repair it with: nanolibp2p gateway store repair {Address}";
        }
        else
        {
            _writer = new SqliteWriter(connection, index, boxes, last, savedLast, _options.AtStage);
            UpdateRoom();
            _thread = new Thread(Run) { IsBackground = true, Name = "postbox store" };
            _thread.Start();
        }

        return new PostboxOpening
        {
            Epoch = epoch, Mailboxes = index.Mailboxes, Heads = heads, LastSequence = last, Problem = _problem,
        };
    }

    // what a repair leaves, beside which no empty store is made
    private string? FindLeft() => Directory.EnumerateFiles(Path.GetDirectoryName(_path)!, Path.GetFileName(_path) + ".*")
        .FirstOrDefault(one => one == _path + ".new" || one.StartsWith(_path + ".damaged-", StringComparison.Ordinal));

    private FileStream TakeLock()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        try
        {
            return new FileStream(_path + "-lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult == ReadOnlyDisk)
        {
            throw new PostboxStoreException(StoreFault.Unusable,
                $"{_path} can't be opened: its disk can only be read; have it mounted for writing, or give another place for the store", e);
        }
        catch (IOException e) when (File.Exists(_path + "-lock"))
        {
            throw new PostboxStoreException(StoreFault.InUse,
                $"{_path} is in use by another process, or its lock can't be taken ({e.Message}); end that process first", e);
        }
    }

    private Task<T> WriteAsync<T>(SqliteRequest<T> request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (_state != State.Open)
            {
                request.Fail(new ObjectDisposedException(nameof(SqlitePostboxStore), "the store is closed"));
            }
            else if (_problem is { } problem || _writer == null)
            {
                request.Fail(new PostboxStoreException(StoreFault.ReadOnly, _problem ?? $"{_path} is still being opened"));
            }
            else
            {
                _queue.Enqueue(request);
                _waiting.Release();
            }
        }

        return cancellationToken.CanBeCanceled ? request.Answer.WaitAsync(cancellationToken) : request.Answer;
    }

    // the writer's thread, until the store is closed and nothing waits
    private void Run()
    {
        List<SqliteRequest> group = [];
        while (true)
        {
            _waiting.Wait();
            lock (_lock)
            {
                int entries = 0;
                while (entries < GroupEntries && _queue.TryDequeue(out SqliteRequest? request))
                {
                    group.Add(request);
                    entries += request.Entries;
                }

                if (group.Count == 0 && _state == State.Closed)
                {
                    return;
                }
            }

            if (group.Count > 0)
            {
                Write(group, isFull: false);
                group.Clear();
            }
        }
    }

    private void Write(List<SqliteRequest> group, bool isFull)
    {
        List<PostboxChange> changes;
        try
        {
            if (_problem is { } problem)
            {
                throw new PostboxStoreException(StoreFault.ReadOnly, problem);
            }

            _writer!.Begin();
            _roomLeft = isFull ? 0 : Room(out _);
            foreach (SqliteRequest request in group)
            {
                request.Do(_writer);
            }

            changes = _writer.Commit();
        }
        catch (Exception e)
        {
            _writer!.Rollback();
            if (e is SqliteException { SqliteErrorCode: SqliteCodes.Full } && !isFull)
            {
                // without what adds mail the rest may have room
                Write(group, isFull: true);
                return;
            }

            Exception fault = Translate(e);
            foreach (SqliteRequest request in group)
            {
                request.Fail(fault);
            }

            return;
        }

        Conclude(UpdateRoom);
        foreach (PostboxChange change in changes)
        {
            try
            {
                _observer!(change);
            }
            catch (Exception e)
            {
                NotTold(e);
            }
        }

        foreach (SqliteRequest request in group)
        {
            request.Complete();
        }
    }

    // It is committed, and answered so: what fails here takes nothing back, ends no thread, and lets nothing more be written.
    private void Conclude(Action step)
    {
        try
        {
            step();
        }
        catch (Exception e)
        {
            NotTold(e);
        }
    }

    private void NotTold(Exception e) => _problem ??=
        $"{_path} takes nothing since what it has written could not be told: {e.Message}. It is there; start the gateway again";

    private bool HasRoom(PostboxDeposit entry)
    {
        long bytes = HeadBytes + entry.Item.Length + (entry.Item.Length > _writer!.PageBytes / 2 ? _writer.PageBytes : 0);
        if (_roomLeft < bytes)
        {
            return false;
        }

        _roomLeft -= bytes;
        return true;
    }

    private void UpdateRoom()
    {
        (long all, long free) = _writer!.Pages();
        Interlocked.Exchange(ref _liveBytes, (all - free) * _writer.PageBytes);
        Interlocked.Exchange(ref _reusableBytes, free * _writer.PageBytes);
    }

    private long Room(out string full)
    {
        (long free, long total) = (long.MaxValue / 2, 0);
        try
        {
            if (_options.Disk != null)
            {
                (free, total) = _options.Disk();
            }
            else
            {
                DriveInfo drive = new(Path.GetDirectoryName(_path)!);
                (free, total) = (drive.AvailableFreeSpace, drive.TotalSize);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // a file system that doesn't tell: SQLite will
        }

        long reserve = _options.ReserveBytes >= 0 ? _options.ReserveBytes : Math.Clamp(total / 20, LowestReserve, HighestReserve);
        long room = Math.Max(0, free - reserve) + Interlocked.Read(ref _reusableBytes);
        full = $"its disk has {free >> 20} MiB free, of which {reserve >> 20} MiB are kept for acknowledgements: make room there";
        if (free < reserve / 2)
        {
            // even what is written in the place of former mail passes through a new file
            room = 0;
        }

        if (_options.MaxBytes > 0 && _options.MaxBytes - FileReserve - Interlocked.Read(ref _liveBytes) is long left && left < room)
        {
            room = Math.Max(0, left);
            full = $"it has its most of {_options.MaxBytes} bytes: raise it, or wait until mail is taken";
        }

        return room;
    }

    private int Read(SqliteReader reader, PostboxHead head, int offset, Span<byte> destination)
    {
        if (destination.Length < head.Size && _verified.ContainsKey(head.Sequence))
        {
            return reader.ReadPart(head.Sequence, offset, destination);
        }

        if (!reader.ReadWhole(head.Sequence, head.Id, offset, destination, out int count))
        {
            throw Damaged(head, "does not have the bytes any more that it was deposited with");
        }

        if (count < 0)
        {
            return _problem == null || !head.IsWaiting ? -1 : throw Damaged(head, "has lost its body");
        }

        // only where the next parts would have to be hashed again
        if (destination.Length < head.Size)
        {
            if (_verified.Count >= MaxVerified)
            {
                _verified.Clear();
            }

            _verified.TryAdd(head.Sequence, 0);
        }

        return count;
    }

    private SqliteReader NewReader()
    {
        try
        {
            return new SqliteReader(SqliteFile.Connect(_path, SqliteOpenMode.ReadOnly, _options));
        }
        catch (SqliteException e)
        {
            throw new PostboxStoreException(StoreFault.Unavailable, $"{_path} can't be opened for reading: {e.Message}", e);
        }
    }

    private void CloseReaders()
    {
        while (_readers.TryTake(out SqliteReader? reader))
        {
            reader.Dispose();
        }
    }

    private PostboxStoreException Damaged(PostboxHead head, string what, Exception? inner = null) =>
        new(StoreFault.DamagedItem,
            $"item {head.Id} (number {head.Sequence}) of {_path} {what}; repair it with: nanolibp2p gateway store repair {Address}", inner);

    // After an error of the device or the file nothing is written any more: what was synced before a failed sync may be gone from the
    // page cache, and a later sync would not say so.
    private Exception Translate(Exception e)
    {
        switch (e)
        {
            case SqliteException { SqliteErrorCode: SqliteCodes.Full }:
                return new PostboxStoreException(StoreFault.Full, $"{_path}: no room even for acknowledgements; make room on its disk", e);
            case SqliteException { SqliteErrorCode: SqliteCodes.Busy or SqliteCodes.Locked }:
                return new PostboxStoreException(StoreFault.Unavailable,
                    $"{_path} is locked by another program, which must not write to it: {e.Message}", e);
            case SqliteException { SqliteErrorCode: SqliteCodes.NotADatabase or SqliteCodes.CanNotOpen or SqliteCodes.Permission }:
                return new PostboxStoreException(StoreFault.Unusable, $"{_path} can't be opened as a store: {e.Message}", e);
            case SqliteException:
                _problem ??= $"{_path} takes nothing since its device or file failed: {e.Message}. What was acknowledged before is there; "
                    + "see to the disk, then start the gateway again";
                return new PostboxStoreException(StoreFault.ReadOnly, _problem, e);
            case UnauthorizedAccessException or IOException:
                return new PostboxStoreException(StoreFault.Unusable, $"{_path} can't be opened: {e.Message}", e);
            default:
                return e;
        }
    }
}
