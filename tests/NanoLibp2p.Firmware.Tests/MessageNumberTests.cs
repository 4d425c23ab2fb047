using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Firmware.Tests;

public class MessageNumberTests
{
    private const ulong Least = 1UL << 56;

    [Theory]
    [InlineData("FFFFFFFFFFFFFFFF")]
    [InlineData("FFFFFFFF00000000")]
    [InlineData("8000000000000001")]
    [InlineData("0000000000000000")]
    [InlineData("0000000000000001")]
    [InlineData("01")]
    [InlineData("")]
    [InlineData("010000000000000000")]
    public void A_damaged_number_is_told_and_no_later_start_has_a_lower_one(string stored)
    {
        TestBoard board = new(new MemoryNetwork(1));
        byte[] bytes = System.Convert.FromHexString(stored);
        board.Store.Write("next-message", bytes, 0, bytes.Length);
        ulong last = Least - 1;
        for (int start = 0; start < 5; start++)
        {
            ulong number = Number(board);
            Assert.True(number > last, $"{number} follows {last}");
            Assert.True(number < ulong.MaxValue / 2);
            last = number;
            board.Date = start == 2 ? 1_767_225_600_000 : 0;
        }

        Assert.Single(board.Lines, line => line.Contains("the stored message number is damaged; messages go on from"));
    }

    [Fact]
    public void After_damage_a_board_with_a_date_goes_on_from_the_date()
    {
        TestBoard board = new(new MemoryNetwork(1)) { Date = 1_767_225_600_000 };
        board.Store.Write("next-message", new byte[] { 255, 255, 255, 255, 255, 255, 255, 255 }, 0, 8);

        Assert.Equal(1_767_225_600_000_000_000u, Number(board));
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    [InlineData(20_000_000_000_000)]
    public void A_date_that_can_not_be_is_none(long date)
    {
        TestBoard board = new(new MemoryNetwork(1), 1, new MemoryStore()) { Date = date };

        Assert.Equal(Least, Number(board));
        Assert.True(Number(board) > Least);
    }

    private static ulong Number(TestBoard board) =>
        SensorProgram.Create(board, DeviceSettings.Parse(""), new DeviceOptions()).PubSub.SequenceNumber;
}
