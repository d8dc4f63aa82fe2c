//! The shape of a leaf.

use core::fmt;

/// Deepest nesting of arrays that is still one leaf.
const MAX_RANK: usize = 6;

/// Shape of a leaf and the order of its numbers in memory.
///
/// ```
/// use autodiff_runtime::tree::Layout;
/// let layout = Layout::new(&[2, 3]);
/// assert_eq!((layout.len(), layout.to_string().as_str()), (6, "[2, 3]"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    dims: [usize; MAX_RANK],
    rank: usize,
    column_major: bool,
}

/// A leaf of rank 2 as a matrix: element `(i, j)` is at `i * row_stride + j * column_stride`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MatrixLayout {
    /// Number of rows.
    pub rows: usize,
    /// Number of columns.
    pub columns: usize,
    /// Distance in memory between the rows.
    pub row_stride: usize,
    /// Distance in memory between the columns.
    pub column_stride: usize,
}

impl Layout {
    /// The layout of a single number.
    pub const SCALAR: Layout = Layout { dims: [0; MAX_RANK], rank: 0, column_major: false };

    /// A row-major layout of the given shape.
    ///
    /// # Panics
    /// With more than six dimensions.
    pub fn new(shape: &[usize]) -> Self {
        let mut layout = Self::SCALAR;
        for &dim in shape {
            layout = layout.with(dim).expect("at most six dimensions");
        }
        layout
    }

    /// The same shape stored column after column.
    pub fn column_major(mut self) -> Self {
        self.column_major = self.rank > 1;
        self
    }

    /// One more, innermost, dimension; `None` when there would be too many.
    pub(super) fn with(mut self, dim: usize) -> Option<Self> {
        *self.dims.get_mut(self.rank)? = dim;
        self.rank += 1;
        Some(self)
    }

    /// The dimensions, outermost first.
    pub fn shape(&self) -> &[usize] {
        &self.dims[..self.rank]
    }

    /// Number of dimensions.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// Whether the first index runs fastest.
    pub fn is_column_major(&self) -> bool {
        self.column_major
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.shape().iter().product()
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Distance in memory between neighbours along `axis`.
    pub fn stride(&self, axis: usize) -> usize {
        if self.column_major {
            self.shape()[..axis].iter().product()
        } else {
            self.shape()[axis + 1..].iter().product()
        }
    }

    /// As a matrix, if the rank is 2.
    pub fn matrix(&self) -> Option<MatrixLayout> {
        let &[rows, columns] = self.shape() else { return None };
        Some(MatrixLayout { rows, columns, row_stride: self.stride(0), column_stride: self.stride(1) })
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.shape()).finish()?;
        f.write_str(if self.column_major { " by columns" } else { "" })
    }
}

/// Saved as the shape, and whether by columns.
#[cfg(feature = "serde")]
impl serde::Serialize for Layout {
    fn serialize<Z: serde::Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        (self.shape(), self.column_major).serialize(serializer)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Layout {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (shape, by_columns) = <(alloc::vec::Vec<usize>, bool)>::deserialize(deserializer)?;
        if shape.len() > MAX_RANK {
            return Err(serde::de::Error::custom("a shape of more than six dimensions"));
        }
        let layout = Layout::new(&shape);
        Ok(if by_columns { layout.column_major() } else { layout })
    }
}
