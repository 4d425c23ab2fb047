using System;
using System.IO;
using NanoLibp2p.Boards.Nano;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;

namespace NanoLibp2p.Firmware.Tests;

public sealed class StoreTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public StoreTests() => Directory.CreateDirectory(_folder);

    public static TheoryData<string> Stores => ["files", "flash", "memory"];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Stores))]
    public void A_value_comes_back_and_can_be_replaced(string kind)
    {
        IStore store = Open(kind);
        Assert.Equal(-1, store.Read("identity", new byte[100], 0, 100));

        foreach (int size in new[] { 68, 0, 100, 3 })
        {
            byte[] value = new byte[size + 2];
            Random.Shared.NextBytes(value);
            Assert.True(store.Write("identity", value, 1, size));
            byte[] read = new byte[200];
            Assert.Equal(size, store.Read("identity", read, 7, 100));
            Assert.Equal(value.AsSpan(1, size).ToArray(), read.AsSpan(7, size).ToArray());
        }

        Assert.Equal(-1, store.Read("settings", new byte[100], 0, 100));
        Assert.Equal(-2, store.Read("identity", new byte[100], 0, 2));
    }

    [Theory]
    [InlineData("files")]
    [InlineData("flash")]
    public void A_value_outlives_the_program(string kind)
    {
        Open(kind).Write("identity", [1, 2, 3], 0, 3);

        Assert.Equal(3, Open(kind).Read("identity", new byte[3], 0, 3));
    }

    [Theory]
    [InlineData("files", "identity.new")]
    [InlineData("flash", "identity.tmp")]
    public void A_power_cut_while_a_value_is_written_leaves_the_old_one_and_can_be_written_over(string kind, string begun)
    {
        IStore store = Open(kind);
        store.Write("identity", [1, 2, 3], 0, 3);
        File.WriteAllBytes(Path.Combine(_folder, begun), [9]);

        Assert.Equal([1, 2, 3], Value(store));
        Assert.True(store.Write("identity", [4, 5], 0, 2));
        Assert.Equal([4, 5], Value(store));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData("files", "identity.new")]
    [InlineData("flash", "identity.tmp")]
    public void A_power_cut_while_the_first_value_is_written_leaves_none(string kind, string begun)
    {
        IStore store = Open(kind);
        File.WriteAllBytes(Path.Combine(_folder, begun), [9]);

        Assert.Equal(-1, store.Read("identity", new byte[9], 0, 9));
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public void A_power_cut_between_the_renamings_on_flash_leaves_one_value_in_whole(bool oldIsThere, byte expected)
    {
        IStore store = Open("flash");
        File.WriteAllBytes(Path.Combine(_folder, "identity.new"), [2, 2]);
        if (oldIsThere)
        {
            File.WriteAllBytes(Path.Combine(_folder, "identity"), [1, 1]);
        }

        Assert.Equal([expected, expected], Value(store));
        Assert.True(store.Write("identity", [3], 0, 1));
        Assert.Equal([3], Value(store));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData("files")]
    [InlineData("flash")]
    public void A_store_that_cannot_write_says_so_and_keeps_the_old_value(string kind)
    {
        IStore store = Open(kind);
        store.Write("identity", [1, 2, 3], 0, 3);

        // a folder in the way of the file that is written first
        string inTheWay = Path.Combine(_folder, kind == "files" ? "identity.new" : "identity.tmp");
        Directory.CreateDirectory(inTheWay);

        Assert.False(store.Write("identity", [4], 0, 1));
        Assert.Equal([1, 2, 3], Value(store));
    }

    [Theory]
    [InlineData("files")]
    [InlineData("flash")]
    public void A_value_that_is_a_folder_cannot_be_read(string kind)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "identity"));

        Assert.Contains(Open(kind).Read("identity", new byte[9], 0, 9), kind == "files" ? [-2] : new[] { -1, -2 });
    }

    [Fact]
    public void A_stored_file_is_for_its_owner_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes");
        string path = Path.Combine(_folder, "identity");
        File.WriteAllBytes(path + ".new", [9]);
        Open("files").Write("identity", [1], 0, 1);

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("../identity")]
    [InlineData("Identity")]
    [InlineData("a-name-of-twenty-five-char")]
    public void A_name_that_a_board_could_not_store_is_refused_here_as_well(string name)
    {
        Assert.Throws<ArgumentException>(() => Open("files").Write(name, [], 0, 0));
        Assert.Throws<ArgumentException>(() => Open("memory").Read(name, [], 0, 0));
    }

    private IStore Open(string kind) => kind switch
    {
        "files" => new FileStore(_folder),
        "flash" => new FlashStore(_folder + Path.DirectorySeparatorChar),
        _ => new MemoryStore(),
    };

    private static byte[] Value(IStore store)
    {
        byte[] buffer = new byte[100];
        int count = store.Read("identity", buffer, 0, 100);
        Assert.True(count >= 0);
        return buffer.AsSpan(0, count).ToArray();
    }
}
